using Headrace.Formats;

namespace Headrace;

/// <summary>
/// A message on its way to Kafka. Filters of messages (<c>Use</c>) see it before its bytes are written, filters of records (<c>UseRaw</c>) after that. What they change
/// is what is produced.
/// </summary>
public sealed class ProduceContext
{
    private readonly Func<ProduceContext, OutgoingRecord> _encode;
    private readonly Func<OutgoingRecord, CancellationToken, ValueTask<RecordPosition>> _send;
    private ReadOnlyMemory<byte>? _value;
    private HashSet<string>? _ours;

    internal ProduceContext(
        string topic, object? message, RecordKey key, Func<ProduceContext, OutgoingRecord> encode, Func<OutgoingRecord, CancellationToken, ValueTask<RecordPosition>> send) =>
        (Topic, Message, Key, _encode, _send, IsTombstone) = (topic, message, key, encode, send, message is null);

    /// <summary>The topic's name.</summary>
    public string Topic { get; }

    /// <summary>The message; <see langword="null"/> for a tombstone. A filter of messages may replace it by one of the same type.</summary>
    public object? Message { get; set; }

    /// <summary>Whether the record deletes its key's state.</summary>
    public bool IsTombstone { get; }

    /// <summary>The record's key, which decides its partition and its order.</summary>
    public RecordKey Key { get; set; }

    /// <summary>The headers: before the bytes are written those of the caller, afterwards the framework's too. Names that begin with <c>headrace-</c> cannot be added.</summary>
    public RecordHeaders Headers { get; private set; } = [];

    /// <summary>The partition; <see langword="null"/>: the key decides.</summary>
    public int? Partition { get; set; }

    /// <summary>The record's timestamp; <see langword="null"/>: now.</summary>
    public DateTimeOffset? Timestamp { get; set; }

    /// <summary>Stops the waiting of whoever produces.</summary>
    public CancellationToken Cancellation { get; internal init; }

    /// <summary>The record's bytes, for filters of records; <see langword="null"/> for a tombstone.</summary>
    /// <exception cref="InvalidOperationException">They are not written yet: a filter of messages asks.</exception>
    public ReadOnlyMemory<byte>? Value
    {
        get => IsWritten ? _value : throw NotWritten();
        set => _value = IsWritten ? value : throw NotWritten();
    }

    internal TimeSpan? Timeout { get; init; }

    internal string? EventId { get; init; }

    /// <summary>Completes when the record was handed to the client: the next one may follow.</summary>
    internal TaskCompletionSource? Sent { get; init; }

    private bool IsWritten => _ours is not null;

    /// <summary>Writes the message's bytes.</summary>
    internal void Write()
    {
        var record = _encode(this);
        (_value, Headers) = (record.Value, record.Headers ?? []);
        _ours = [.. Headers.Select(static header => header.Name).Where(WireHeaders.IsReserved), WireHeaders.Encoding];
    }

    /// <summary>Hands the record to the client.</summary>
    internal ValueTask<RecordPosition> SendAsync()
    {
        foreach (var header in Headers)
        {
            if (WireHeaders.IsReserved(header.Name) && !_ours!.Contains(header.Name))
            {
                throw WireHeaders.Refused(header.Name, nameof(Headers));
            }
        }

        var record = new OutgoingRecord(Topic, Key, _value) { Headers = Headers, Partition = Partition, Timestamp = Timestamp, Timeout = Timeout };
        try
        {
            return _send(record, Cancellation);
        }
        finally
        {
            Sent?.TrySetResult();
        }
    }

    private static InvalidOperationException NotWritten() =>
        new("The record has no bytes yet: filters added by Use run before a message is written, those added by UseRaw after it. Change the message, or add the filter by UseRaw.");
}
