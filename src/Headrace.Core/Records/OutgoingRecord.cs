namespace Headrace;

/// <summary>A record to produce.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Key">The key; <see cref="RecordKey.None"/> spreads the record.</param>
/// <param name="Value">The value; <see langword="null"/> is a tombstone.</param>
public readonly record struct OutgoingRecord(string Topic, RecordKey Key, ReadOnlyMemory<byte>? Value)
{
    /// <summary>Headers, in order. Default: none.</summary>
    public RecordHeaders? Headers { get; init; }

    /// <summary>The partition; <see langword="null"/> lets the key decide (murmur2, as Java's default partitioner).</summary>
    public int? Partition { get; init; }

    /// <summary>The record's timestamp; <see langword="null"/> is now.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>
    /// How long a produce that is awaited alone waits for the acknowledgement, at most; then it ends in a <see cref="ProduceException"/> that is possibly persisted, for the
    /// record is still on its way. <see langword="null"/>: until <c>message.timeout.ms</c>, at which the client looks about once a second.
    /// </summary>
    public TimeSpan? Timeout { get; init; }
}
