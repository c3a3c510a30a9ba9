namespace Headrace.Broker.Log;

/// <summary>When and how one log is compacted. What it knows of the rounds before is lost in a restart, which costs one more round. One caller at a time.</summary>
/// <param name="log">The log's lock.</param>
/// <param name="segments">The log's segments.</param>
/// <param name="transactions">The log's transactions.</param>
internal sealed class LogCompaction(Lock log, SegmentList segments, TransactionIndex transactions)
{
    private long _cleanTo = -1;
    private long _nextExpiry = long.MaxValue;

    /// <summary>Leaves only the newest record of each key in closed segments, when there is enough to gain. Returns whether there was.</summary>
    public bool Run(in CompactionRules rules, long stableOffset, long now)
    {
        List<LogCleaner.Source> sources;
        List<AbortedTransaction> aborted;
        lock (log)
        {
            sources = segments.Cleanable(stableOffset, rules.MinLag, now);
            if (!IsDue(sources, rules, now))
            {
                return false;
            }

            aborted = transactions.FindAborted(sources[0].Segment.BaseOffset, sources[^1].Segment.LastOffset);
        }

        // What is read here does not change any more, so that nobody has to wait.
        var cleaner = new LogCleaner(sources, aborted, rules.TombstoneRetention, now);
        var cleaned = cleaner.Run();
        lock (log)
        {
            if (!segments.Contain(sources.Select(source => source.Segment)))
            {
                return false;
            }

            (_cleanTo, _nextExpiry) = (sources[^1].Segment.LastOffset, cleaner.NextExpiry);
            foreach (var (source, batches) in sources.Zip(cleaned).Where(pair => pair.Second is not null))
            {
                segments.Replace(source.Segment, batches!);
            }

            return true;
        }
    }

    private bool IsDue(IReadOnlyList<LogCleaner.Source> sources, in CompactionRules rules, long now)
    {
        var dirty = sources.Where(source => source.Segment.LastOffset > _cleanTo).ToList();
        var dirtyBytes = dirty.Sum(source => source.Segment.Size);
        var bytes = sources.Sum(source => source.Segment.Size);
        var isOld = dirty.Count > 0 && now - dirty[0].Segment.NewestTime > rules.MaxLag;
        return bytes > 0 && (now >= _nextExpiry || isOld || (dirtyBytes > 0 && dirtyBytes >= rules.MinDirtyRatio * bytes));
    }
}
