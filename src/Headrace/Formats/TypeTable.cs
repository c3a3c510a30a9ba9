using System.Text;

namespace Headrace.Formats;

/// <summary>What is known of a topic's message types, by their names on the wire. Read by many threads, written only while it is made.</summary>
internal sealed class TypeTable<T>
{
    private const int MaxOnStack = 256;

    private readonly Dictionary<byte[], T> _entries = new(new Utf8Comparer());
    private readonly Dictionary<byte[], T>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;

    public TypeTable() => _bySpan = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();

    public bool TryAdd(string name, T entry) => _entries.TryAdd(Encoding.UTF8.GetBytes(name), entry);

    public bool TryGet(ReadOnlySpan<byte> name, out T? entry) => _bySpan.TryGetValue(name, out entry);

    public bool TryGet(string name, out T? entry)
    {
        Span<byte> utf8 = stackalloc byte[MaxOnStack];
        return Encoding.UTF8.TryGetBytes(name, utf8, out var length) ? TryGet(utf8[..length], out entry) : TryGet(Encoding.UTF8.GetBytes(name).AsSpan(), out entry);
    }
}
