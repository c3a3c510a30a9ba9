namespace Headrace;

/// <summary>How far a consumer is in one partition.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Watermark">The lowest unsettled offset: what is committed next.</param>
/// <param name="Committed">The offset that the broker has acknowledged; -1 when there is none.</param>
/// <param name="Buffered">Records taken and not yet settled.</param>
public readonly record struct PartitionSnapshot(string Topic, int Partition, long Watermark, long Committed, int Buffered)
{
    /// <summary>Whether an operator holds the partition, or its topic, back. A paused group is not told here.</summary>
    public bool IsPaused { get; init; }

    /// <summary>When its next record may be handled, where one is there and not due; only in retry topics.</summary>
    public DateTimeOffset? NextDue { get; init; }
}
