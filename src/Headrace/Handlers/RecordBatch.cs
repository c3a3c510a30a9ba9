namespace Headrace;

/// <summary>
/// Messages that are handled together, those of a key in the order of their offsets. When the handler completes, all of them are handled but those it
/// failed; when it throws, each of them is tried again alone, so that one bad record takes no others with it. Valid until the handler completes.
/// </summary>
/// <typeparam name="TMessage">The message type.</typeparam>
public sealed class RecordBatch<TMessage>
{
    private readonly IReadOnlyList<Record>? _records;
    private readonly TMessage[] _messages;
    private readonly Exception?[] _failures;

    /// <summary>A batch for calling a handler in a unit test, without Kafka: positions are <c>test[0]@0</c> and on, there are no keys and no headers.</summary>
    public RecordBatch(params IEnumerable<TMessage> messages)
        : this(null, [.. messages], null)
    {
    }

    private RecordBatch(IReadOnlyList<Record>? records, TMessage[] messages, Exception?[]? failures) =>
        (_records, _messages, _failures) = (records, messages, failures ?? new Exception?[messages.Length]);

    /// <summary>How many messages there are; at least one.</summary>
    public int Count => _messages.Length;

    /// <summary>The messages. The list may be kept.</summary>
    public IReadOnlyList<TMessage> Messages => _messages;

    /// <summary>A message.</summary>
    public TMessage this[int index] => _messages[index];

    /// <summary>Topic, partition and offset of a message.</summary>
    public RecordPosition PositionOf(int index) => _records?[index].Position ?? new("test", 0, CheckedIndex(index));

    /// <summary>The key of a message's record. It may be kept.</summary>
    public RecordKey KeyOf(int index) => _records?[index].CopyKey() ?? RecordKey.None;

    /// <summary>A copy of the headers of a message's record. It may be kept and changed.</summary>
    public RecordHeaders HeadersOf(int index)
    {
        var copy = new RecordHeaders();
        copy.AddRange(_records?[index].Headers ?? []);
        return copy;
    }

    /// <summary>The timestamp of a message's record.</summary>
    public DateTimeOffset TimestampOf(int index) => _records?[index].Timestamp ?? DateTimeOffset.UnixEpoch;

    /// <summary>
    /// One message could not be handled: its record alone meets the failure policy, as if the handler of a single message had thrown. What comes after it in the batch
    /// counts as handled, those of its key too.
    /// </summary>
    public void Fail(int index, Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        _failures[index] = error;
    }

    /// <summary>What a message was failed with; <see langword="null"/> when it was not.</summary>
    public Exception? FailureOf(int index) => _failures[index];

    internal static object Create(IReadOnlyList<Record> records, IReadOnlyList<object> messages, Exception?[] failures) =>
        new RecordBatch<TMessage>(records, [.. messages.Cast<TMessage>()], failures);

    private int CheckedIndex(int index) => index < _messages.Length ? index : throw new ArgumentOutOfRangeException(nameof(index));
}
