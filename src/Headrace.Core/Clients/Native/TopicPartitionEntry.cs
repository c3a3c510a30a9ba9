namespace Headrace.Clients.Native;

/// <summary>One partition of a list, copied out of native memory.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Offset">An offset; <see cref="NoOffset"/> when there is none.</param>
internal readonly record struct TopicPartitionEntry(string Topic, int Partition, long Offset = TopicPartitionEntry.NoOffset)
{
    /// <summary>There is no offset (<c>RD_KAFKA_OFFSET_INVALID</c>).</summary>
    public const long NoOffset = -1001;

    /// <summary>The oldest record that is there (<c>RD_KAFKA_OFFSET_BEGINNING</c>).</summary>
    public const long Beginning = -2;

    /// <summary>After the newest record (<c>RD_KAFKA_OFFSET_END</c>).</summary>
    public const long End = -1;

    /// <summary>The leader epoch of the offset; -1 when it is not known.</summary>
    public int LeaderEpoch { get; init; } = -1;

    /// <summary>The bytes committed beside the offset; empty when none.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>This partition's own error.</summary>
    public ErrorCode Error { get; init; }

    public override string ToString() => $"{Topic}[{Partition}]@{Offset}";
}
