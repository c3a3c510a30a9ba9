using Headrace.OffsetMaps;

namespace Headrace.Chaos;

/// <summary>What a group has committed of one partition: everything below an offset, and the map of what is finished above it.</summary>
internal readonly record struct CommittedPartition(long Offset, OffsetRanges Map)
{
    public bool Contains(long offset) => offset < Offset || Map.Contains(offset);
}
