namespace Headrace.Broker.Log;

/// <summary>How far a log was compacted, and whether it is time again. Guarded by its log's lock. A restart begins from nothing, which costs one round.</summary>
internal sealed class CompactionState
{
    private long _cleanTo = -1;
    private long _nextExpiry = long.MaxValue;

    public bool IsDue(IReadOnlyList<LogCleaner.Source> sources, in CompactionRules rules, long now)
    {
        var dirty = sources.Where(source => source.Segment.LastOffset > _cleanTo).ToList();
        var dirtyBytes = dirty.Sum(source => source.Segment.Size);
        var bytes = sources.Sum(source => source.Segment.Size);
        var isOld = dirty.Count > 0 && now - dirty[0].Segment.NewestTime > rules.MaxLag;
        return bytes > 0 && (now >= _nextExpiry || isOld || (dirtyBytes > 0 && dirtyBytes >= rules.MinDirtyRatio * bytes));
    }

    public void Done(long lastOffset, long nextExpiry) => (_cleanTo, _nextExpiry) = (lastOffset, nextExpiry);
}
