using System.Collections;
using System.Globalization;

namespace Headrace.Pipeline;

/// <summary>Says in every log line of a handler which record it is about. Nothing is formatted until a line is written.</summary>
internal sealed class RecordScope : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly string _group;
    private readonly string _handler;
    private readonly RecordPosition _position;
    private readonly int _attempt;

    public RecordScope(MessageContext context) =>
        (_group, _handler, _position, _attempt) = (context.Group, context.Handler, context.Position, context.Attempt);

    public int Count => 6;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("Group", _group),
        1 => new("Topic", _position.Topic),
        2 => new("Partition", _position.Partition),
        3 => new("Offset", _position.Offset),
        4 => new("Handler", _handler),
        5 => new("Attempt", _attempt),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_group} {_position} {_handler} attempt {_attempt}");

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
