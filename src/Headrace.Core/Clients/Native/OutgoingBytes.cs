namespace Headrace.Clients.Native;

/// <summary>The bytes of a record to produce, for the length of one call.</summary>
internal readonly ref struct OutgoingBytes
{
    public required string Topic { get; init; }

    /// <summary><see langword="null"/>: the partitioner decides.</summary>
    public int? Partition { get; init; }

    public bool HasKey { get; init; }

    public ReadOnlySpan<byte> Key { get; init; }

    public bool IsTombstone { get; init; }

    public ReadOnlySpan<byte> Value { get; init; }

    public RecordHeaders? Headers { get; init; }

    /// <summary>Milliseconds since 1970; <see langword="null"/> is now.</summary>
    public long? Timestamp { get; init; }
}
