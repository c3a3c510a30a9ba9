namespace Headrace;

/// <summary>What one record has besides its message.</summary>
public sealed class ProduceOptions
{
    /// <summary>Headers, in order. Names that begin with <c>headrace-</c> throw: readers rely on them coming from the framework.</summary>
    public RecordHeaders Headers { get; init; } = [];

    /// <summary>The key. Default: what <c>AddProducer</c> says.</summary>
    public RecordKey? Key { get; init; }

    /// <summary>The partition. Default: the key decides.</summary>
    public int? Partition { get; init; }

    /// <summary>The record's timestamp. Default: now.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>The event's id, the same whenever the event is produced again, so that readers can tell. Default: a new one.</summary>
    public string? EventId { get; init; }

    /// <summary>
    /// How long an awaited produce waits for the acknowledgement, at most; then it ends in a <see cref="ProduceException"/> that is possibly persisted, for the
    /// record is still on its way. Set it behind HTTP, below the caller's patience. Default: until <c>message.timeout.ms</c>.
    /// </summary>
    public TimeSpan? Timeout { get; init; }
}
