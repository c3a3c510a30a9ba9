namespace Headrace.Broker.Log;

/// <summary>What a topic's settings say about keeping only the newest record of each key.</summary>
/// <param name="TombstoneRetention"><c>delete.retention.ms</c>; counted here from the moment the tombstone's segment was full</param>
/// <param name="MinDirtyRatio"><c>min.cleanable.dirty.ratio</c></param>
/// <param name="MinLag"><c>min.compaction.lag.ms</c></param>
/// <param name="MaxLag"><c>max.compaction.lag.ms</c></param>
internal readonly record struct CompactionRules(long TombstoneRetention, double MinDirtyRatio, long MinLag, long MaxLag);
