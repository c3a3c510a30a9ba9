namespace Headrace;

/// <summary>A record of a dead-letter topic.</summary>
public sealed record DeadLetter
{
    /// <summary>Its place in the dead-letter topic, which names it when one is to be redriven.</summary>
    public required RecordPosition Position { get; init; }

    /// <summary>When it was written there.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The record's key.</summary>
    public required RecordKey Key { get; init; }

    /// <summary>The record's value; <see langword="null"/> for a tombstone.</summary>
    public required ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>The headers that the record had at its origin.</summary>
    public required RecordHeaders Headers { get; init; }

    /// <summary>Why it is here.</summary>
    public required RecordFailure Failure { get; init; }

    /// <summary>Whether it was redriven or discarded.</summary>
    public bool IsResolved { get; init; }
}
