using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Headrace;

/// <summary>The headers of a record: ordered, repeatable, bytes. Reading by name gives the last of that name.</summary>
public sealed class RecordHeaders : IReadOnlyList<RecordHeader>
{
    private readonly List<RecordHeader> _headers = [];

    /// <inheritdoc />
    public int Count => _headers.Count;

    /// <inheritdoc />
    public RecordHeader this[int index] => _headers[index];

    /// <summary>
    /// The last header of this name as UTF-8 text, <see langword="null"/> when there is none. Setting replaces all headers of the name by one;
    /// setting <see langword="null"/> removes them.
    /// </summary>
    [DisallowNull]
    public string? this[string name]
    {
        get => TryGetLast(name, out var header) ? header.Text : null;
        set
        {
            Remove(name);
            if (value is not null)
            {
                Add(name, value);
            }
        }
    }

    /// <summary>Appends a header of bytes. They are not copied.</summary>
    public void Add(string name, ReadOnlyMemory<byte> value) => _headers.Add(new(name, value));

    /// <summary>Appends a header of UTF-8 text.</summary>
    public void Add(string name, string value) => Add(name, Encoding.UTF8.GetBytes(value));

    /// <summary>Appends all headers of another list, in their order.</summary>
    public void AddRange(IEnumerable<RecordHeader> headers) => _headers.AddRange(headers);

    /// <summary>Removes every header of this name.</summary>
    public void Remove(string name) => _headers.RemoveAll(header => header.Name == name);

    /// <summary>Finds the last header of this name.</summary>
    public bool TryGetLast(string name, out RecordHeader header)
    {
        // A loop, because a closure would be made for every record that is asked for its type.
        for (var index = _headers.Count - 1; index >= 0; index--)
        {
            if (_headers[index].Name == name)
            {
                header = _headers[index];
                return true;
            }
        }

        header = default;
        return false;
    }

    /// <inheritdoc />
    public IEnumerator<RecordHeader> GetEnumerator() => _headers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(RecordHeader header) => _headers.Add(header);

    internal void Clear() => _headers.Clear();
}
