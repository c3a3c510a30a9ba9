namespace Headrace.Consuming;

/// <summary>
/// The records of one assignment of one partition in the order they arrived, and the watermark: the offset before which everything is settled.
/// Offsets that never arrive (compacted, control markers) count as settled. Only the loop uses it; workers settle by the record's outcome alone.
/// </summary>
internal sealed class OffsetTracker
{
    private TrackedRecord?[] _ring = new TrackedRecord?[16];
    private int _head;
    private long _next;

    public OffsetTracker(long start) => (Watermark, _next) = (start, start);

    /// <summary>The lowest unsettled offset: what may be committed.</summary>
    public long Watermark { get; private set; }

    /// <summary>The highest leader epoch among the records that the watermark has passed; -1 when none is known.</summary>
    public int LeaderEpoch { get; private set; } = -1;

    /// <summary>Records that have arrived and that the watermark has not passed.</summary>
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

    /// <summary>Passes settled records, oldest first, and gives each to <paramref name="passed"/>, which may reuse it. Says whether the watermark moved.</summary>
    public bool Advance(Action<TrackedRecord> passed)
    {
        var before = Watermark;
        while (Count > 0 && _ring[_head] is { Outcome: Outcome.Settled } record)
        {
            Watermark = record.Offset + 1;
            LeaderEpoch = Math.Max(LeaderEpoch, record.Record.LeaderEpoch);
            RemoveHead();
            passed(record);
        }

        if (Count > 0)
        {
            Watermark = _ring[_head]!.Offset;
        }

        return Watermark != before;
    }

    /// <summary>
    /// Tells the position of the fetcher, which is past control markers that no record shows. With nothing unsettled it is the watermark.
    /// </summary>
    public bool MoveTo(long position)
    {
        if (Count > 0 || position <= Watermark)
        {
            return false;
        }

        Watermark = position;
        _next = Math.Max(_next, position);
        return true;
    }

    /// <summary>The highest offset that is settled, wherever the watermark is; -1 when none above it is.</summary>
    public long HighestSettled()
    {
        for (var i = Count - 1; i >= 0; i--)
        {
            if (_ring[(_head + i) & (_ring.Length - 1)] is { Outcome: Outcome.Settled } record)
            {
                return record.Offset;
            }
        }

        return -1;
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
