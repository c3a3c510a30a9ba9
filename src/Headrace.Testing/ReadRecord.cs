namespace Headrace;

/// <summary>A record as a test reads it.</summary>
/// <typeparam name="TMessage">The type of its message.</typeparam>
public sealed record ReadRecord<TMessage>
{
    /// <summary>The message, read by the application's own format; the default for a tombstone.</summary>
    public required TMessage? Message { get; init; }

    /// <summary>Topic, partition and offset.</summary>
    public required RecordPosition Position { get; init; }

    /// <summary>The key.</summary>
    public required RecordKey Key { get; init; }

    /// <summary>All headers.</summary>
    public required RecordHeaders Headers { get; init; }

    /// <summary>The record's timestamp.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Why it was dead-lettered; <see langword="null"/> in other topics than dead-letter topics.</summary>
    public RecordFailure? Failure { get; init; }
}
