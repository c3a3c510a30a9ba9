using System.Diagnostics;

namespace Headrace.Consuming;

/// <summary>
/// Hands out stretches, as long as handlers are fast and every core has one; takes back what is left of one that is held up. Only the loop uses it.
/// </summary>
internal sealed class StretchScheduler
{
    // So many records go through lanes at first, which shows how fast they are, and after a stretch was broken off; twice as many the next time.
    private const int LeastPause = 1_024;
    private const int MostPause = 65_536;

    // On a busy machine a thread may well wait so long for its core.
    private static readonly TimeSpan HeldUpAfter = TimeSpan.FromMilliseconds(10);

    private readonly LaneScheduler _lanes;
    private readonly WorkerPool _workers;
    private readonly RecordPool _records;
    private readonly bool _needsManyPartitions;
    private readonly Stack<Stretch> _unused = new();
    private readonly List<Stretch> _underWay = [];
    private long _resumesAt = LeastPause;
    private int _pause = LeastPause;
    private int _active;
    private int _activeBefore;

    public StretchScheduler(LaneScheduler lanes, WorkerPool workers, RecordPool records, Ordering ordering) =>
        (_lanes, _workers, _records, _needsManyPartitions) = (lanes, workers, records, ordering != Ordering.ByPartition);

    /// <summary>Whether records are handled in stretches at all.</summary>
    public bool IsAllowed { get; init; }

    /// <summary>Stretches that are handed out.</summary>
    public int Count => _underWay.Count;

    /// <summary>The partitions are about to be looked at for records.</summary>
    public void BeginDrain() => (_activeBefore, _active) = (_active, _underWay.Count);

    /// <summary>A partition had so many records.</summary>
    public void Found(int records) => _active += records > 0 ? 1 : 0;

    /// <summary>
    /// Whether a partition's next records make a stretch: handlers are fast, and there are partitions enough to keep every core busy.
    /// </summary>
    public bool Suits(AssignedPartition partition) =>
        IsAllowed && partition is { Companion: null, IsPaused: false, Tracker.Finished: null }
        && _workers.AreFast && !HasAwaited() && _lanes.Settled >= _resumesAt && (!_needsManyPartitions || _workers.AreFastest || _activeBefore >= Math.Min(_workers.Count, Environment.ProcessorCount));

    /// <summary>Whether what is in lanes is to end first. Not for long: what is parked there or held up keeps nobody waiting.</summary>
    public bool Waits(AssignedPartition partition)
    {
        if (partition.LaneCount == 0)
        {
            partition.WaitsSince = 0;
            return false;
        }

        var now = Stopwatch.GetTimestamp();
        partition.WaitsSince = partition.WaitsSince == 0 ? now : partition.WaitsSince;
        if (Stopwatch.GetElapsedTime(partition.WaitsSince, now) < HeldUpAfter)
        {
            return true;
        }

        partition.WaitsSince = 0;
        Pause();
        return false;
    }

    public Stretch Rent() => _unused.TryPop(out var stretch) ? stretch : new(_records);

    public void Return(Stretch stretch) => _unused.Push(stretch);

    /// <summary>Hands out a stretch whose first messages are there.</summary>
    public void HandOut(Stretch stretch, IStretchSource source, int count)
    {
        stretch.Open(source, count, stretch.Current ?? _records.RentEmpty(), stretch.Lane ?? new());
        source.Partition.Stretch = stretch;
        source.Partition.Buffered += count;
        _records.Hold(count);
        _underWay.Add(stretch);
        _workers.Add(stretch.Carrier);
    }

    /// <summary>Takes what a worker reported.</summary>
    public void Take(Stretch stretch)
    {
        if (stretch.EndedAt == stretch.Count)
        {
            Leave(stretch);
            stretch.Partition.Tracker.MoveTo(stretch.Position, stretch.LeaderEpoch);
            _lanes.Settled += stretch.Count;
            _pause = Math.Max(LeastPause, _pause - stretch.Count);
            _unused.Push(stretch);
            return;
        }

        if (!_workers.IsPaused)
        {
            Pause();
        }

        Dissolve(stretch, stretch.EndedAt, stretch.End != StretchEnd.Before);
        if (stretch.End == StretchEnd.Unsettled)
        {
            _lanes.Take(stretch.Current);
        }
    }

    /// <summary>Puts what is left of the partition's stretch into lanes, if a worker has not just ended it: then its report does that.</summary>
    public void TakeBack(AssignedPartition partition)
    {
        if (partition.Stretch is { } stretch && stretch.TryTake() is { } at)
        {
            Dissolve(stretch, Math.Max(at, 0), at >= 0);
        }
    }

    /// <summary>Takes back what a handler holds up.</summary>
    public void Tick()
    {
        if (_underWay.Count == 0)
        {
            return;
        }

        var now = Stopwatch.GetTimestamp();
        for (var i = _underWay.Count - 1; i >= 0; i--)
        {
            var stretch = _underWay[i];
            var at = stretch.At;
            if (at != stretch.Seen.At)
            {
                stretch.Seen = (at, now);
            }
            else if (at >= 0 && Stopwatch.GetElapsedTime(stretch.Seen.Time, now) >= HeldUpAfter)
            {
                Pause();
                TakeBack(stretch.Partition);
            }
        }
    }

    private bool HasAwaited()
    {
        if (!_workers.TakeAwaited())
        {
            return false;
        }

        Pause();
        return true;
    }

    private void Pause()
    {
        _resumesAt = _lanes.Settled + _pause;
        _pause = Math.Min(_pause * 2, MostPause);
    }

    private void Leave(Stretch stretch)
    {
        _underWay.Remove(stretch);
        stretch.Partition.Stretch = null;
        stretch.Partition.Buffered -= stretch.Count;
        _records.Hold(-stretch.Count);
    }

    // The stretch is not used again: its worker may still look at it.
    private void Dissolve(Stretch stretch, int from, bool isUnderWay)
    {
        Leave(stretch);
        var messages = stretch.Messages;
        if (from > 0)
        {
            // Not to where the next one is: that may be an error, which is nowhere.
            stretch.Partition.Tracker.MoveTo(stretch.Source.OffsetOf(messages[from - 1]) + 1, stretch.LeaderEpoch);
        }

        _records.Free(messages[..from]);
        _lanes.Settled += from;
        if (isUnderWay)
        {
            _lanes.Adopt(stretch.Partition, stretch.Current, stretch.Lane);
        }

        var rest = messages[(isUnderWay ? from + 1 : from)..];
        if (stretch.Partition.IsClosing)
        {
            _records.Free(rest);
            return;
        }

        foreach (var message in rest)
        {
            stretch.Source.Take(message);
        }
    }
}
