using Headrace.OffsetMaps;

namespace Headrace.Consuming;

/// <summary>
/// The records of one assignment of one partition in the order they arrived, and the watermark: the offset before which everything is settled.
/// Offsets that never arrive (compacted, control markers) count as settled. Only the loop uses it; workers settle by the record's outcome alone.
/// </summary>
internal sealed class OffsetTracker
{
    private const int LeastCompacted = 1_024;
    private TrackedRecord?[] _ring = new TrackedRecord?[16];
    private int _head;
    private long _next;
    private long _highestSettled = -1;
    private int _compactAt = LeastCompacted;

    /// <param name="start">The first offset that is expected.</param>
    /// <param name="leaderEpoch">The epoch that was committed with it; -1 when none was.</param>
    /// <param name="finished">What is finished above it.</param>
    public OffsetTracker(long start, int leaderEpoch = -1, FinishedOffsets? finished = null) =>
        (Watermark, _next, LeaderEpoch, Finished) = (start, start, leaderEpoch, finished);

    /// <summary>The lowest unsettled offset: what may be committed.</summary>
    public long Watermark { get; private set; }

    /// <summary>What an earlier owner had finished above the offset it committed; <see langword="null"/> once all of it was met.</summary>
    public FinishedOffsets? Finished { get; private set; }

    /// <summary>The highest leader epoch among the records that the watermark has passed or that are in the map; -1 when none is known.</summary>
    public int LeaderEpoch { get; private set; } = -1;

    /// <summary>Records that are remembered: those that are not settled, and at most about as many that are.</summary>
    public int Count { get; private set; }

    /// <summary>The offset after the last one that arrived.</summary>
    public long Next => _next;

    /// <summary>Takes a record that arrived; <see langword="false"/> when its offset was there before.</summary>
    public bool Add(TrackedRecord record)
    {
        if (record.Offset < _next)
        {
            return false;
        }

        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_head + Count) & (_ring.Length - 1)] = record;
        _next = record.Offset + 1;
        Count++;
        return true;
    }

    /// <summary>Passes over a record that arrived and is finished already: it is never added.</summary>
    public void Skip(long offset)
    {
        _next = Math.Max(_next, offset + 1);
        Watermark = Count == 0 ? _next : Watermark;
        if (Finished?.Ranges.End <= _next)
        {
            Finished = null;
        }
    }

    /// <summary>
    /// Collects what is finished above the watermark. Offsets that did not arrive between others never will, so they count as finished: one unfinished
    /// record is one gap, however long the backlog.
    /// </summary>
    public void Collect(OffsetRanges finished)
    {
        if (Count > 0)
        {
            var from = _ring[_head]!.Offset + 1;
            for (var i = 1; i < Count; i++)
            {
                var record = _ring[(_head + i) & (_ring.Length - 1)]!;
                if (record.Outcome == Outcome.Settled)
                {
                    LeaderEpoch = Math.Max(LeaderEpoch, record.Record.LeaderEpoch);
                }
                else
                {
                    finished.Append(from, record.Offset);
                    from = record.Offset + 1;
                }
            }

            finished.Append(from, _next);
        }

        foreach (var range in Finished?.Ranges ?? [])
        {
            finished.Append(Math.Max(range.Start, _next), range.End);
        }
    }

    /// <summary>Passes settled records, oldest first, and gives each to <paramref name="passed"/>, which may reuse it. Says whether the watermark moved.</summary>
    public bool Advance(Action<TrackedRecord> passed)
    {
        var before = Watermark;
        while (Count > 0 && _ring[_head] is { Outcome: Outcome.Settled } record)
        {
            LeaderEpoch = Math.Max(LeaderEpoch, record.Record.LeaderEpoch);
            RemoveHead();
            passed(record);
        }

        if (Count >= _compactAt)
        {
            Compact(passed);
        }

        Watermark = Count > 0 ? _ring[_head]!.Offset : _next;
        return Watermark != before;
    }

    /// <summary>
    /// With nothing unsettled here, moves the watermark to where everything before is settled: the position of the fetcher, which is past control markers that no record shows, or of a stretch.
    /// </summary>
    public bool MoveTo(long position, int leaderEpoch = -1)
    {
        if (Count > 0 || position <= Watermark)
        {
            return false;
        }

        LeaderEpoch = Math.Max(LeaderEpoch, leaderEpoch);
        Watermark = position;
        _next = Math.Max(_next, position);
        return true;
    }

    /// <summary>The highest offset that is settled above the watermark; below it, or -1, when none is.</summary>
    public long HighestSettled()
    {
        for (var i = Count - 1; i >= 0; i--)
        {
            if (_ring[(_head + i) & (_ring.Length - 1)] is { Outcome: Outcome.Settled } record)
            {
                return Math.Max(record.Offset, _highestSettled);
            }
        }

        return _highestSettled;
    }

    /// <summary>Lets go of every record; the watermark stays.</summary>
    public void Clear(Action<TrackedRecord> passed)
    {
        while (Count > 0)
        {
            var record = _ring[_head]!;
            RemoveHead();
            passed(record);
        }
    }

    // Behind a record that is stuck the settled ones would pile up. They may go: what is missing between others counts as settled.
    private void Compact(Action<TrackedRecord> passed)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            ref var from = ref _ring[(_head + i) & (_ring.Length - 1)];
            var record = from!;
            from = null;
            if (record.Outcome == Outcome.Settled)
            {
                (_highestSettled, LeaderEpoch) = (record.Offset, Math.Max(LeaderEpoch, record.Record.LeaderEpoch));
                passed(record);
            }
            else
            {
                _ring[(_head + kept++) & (_ring.Length - 1)] = record;
            }
        }

        Count = kept;
        _compactAt = Math.Max(LeastCompacted, 2 * kept);
    }

    private void RemoveHead()
    {
        _ring[_head] = null;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
    }

    private void Grow()
    {
        var ring = new TrackedRecord?[_ring.Length * 2];
        for (var i = 0; i < Count; i++)
        {
            ring[i] = _ring[(_head + i) & (_ring.Length - 1)];
        }

        (_ring, _head) = (ring, 0);
    }
}
