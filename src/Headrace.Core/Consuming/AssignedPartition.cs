namespace Headrace.Consuming;

/// <summary>
/// One assignment of one partition: what has arrived, what is settled, what is committed. A partition that is given up and comes back is a new
/// object, so a report of an old assignment can never move a new one.
/// </summary>
internal sealed class AssignedPartition : IDisposable
{
    private readonly CancellationTokenSource _lost = new();

    private long _closesAt = long.MaxValue;
    private long _nextDue;
    private bool _isPaused;
    private int _lanes;

    // Written by the loop, read by workers before every record.
    private long _beginsBefore = long.MaxValue;
    private Task _cancelled = Task.CompletedTask;

    public AssignedPartition(string topic, int partition, long start, long committed)
        : this(topic, partition, new OffsetTracker(start), new CommitPoint(committed, default))
    {
    }

    public AssignedPartition(string topic, int partition, OffsetTracker tracker, CommitPoint committed) =>
        (Topic, Partition, Tracker, Committed, Lost) = (topic, partition, tracker, committed, _lost.Token);

    public string Topic { get; }

    public int Partition { get; }

    public OffsetTracker Tracker { get; }

    /// <summary>Which topic it is a partition of; empty where the broker knows no ids.</summary>
    public Guid TopicId { get; init; }

    /// <summary>The topic was deleted and may be made again.</summary>
    public bool IsTopicGone { get; set; }

    /// <summary>An earlier assignment of the partition to this consumer: what was abandoned of it may still run.</summary>
    public AssignedPartition? Earlier { get; set; }

    public LaneTable Table { get; } = new();

    /// <summary>What makes it a companion of another partition; <see langword="null"/> for one that the group assigned.</summary>
    public CompanionTopic? Companion { get; init; }

    /// <summary>The topic that the group assigned: its own, or that of which it is a companion.</summary>
    public string Origin { get => field ?? Topic; init; }

    /// <summary>Where a companion's log ended when it was assigned.</summary>
    public long ReadsTo { get; init; }

    /// <summary>It is read to that end before it hands out a record.</summary>
    public bool IsCatchingUp { get; set; }

    /// <summary>What is to be read before this one has been read.</summary>
    public bool HasReadFirst { get; set; }

    /// <summary>When the next record of a companion may be begun; <see langword="null"/> when none is held back. Written by the loop, read by whoever asks for the status.</summary>
    public DateTimeOffset? NextDue
    {
        get => Interlocked.Read(ref _nextDue) is > 0 and var ticks ? new(ticks, TimeSpan.Zero) : null;
        set => Interlocked.Exchange(ref _nextDue, value?.UtcTicks ?? 0);
    }

    /// <summary>Fires when nothing done for its records can be committed any more.</summary>
    public CancellationToken Lost { get; }

    /// <summary>When the broker last acknowledged something, as a timestamp of the clock.</summary>
    public long CommittedAt { get; set; }

    /// <summary>What the broker has acknowledged.</summary>
    public CommitPoint Committed { get; set; }

    /// <summary>What its handlers produced for transactions; <see langword="null"/> in groups without them.</summary>
    public PendingOutputs? Outputs { get; set; }

    /// <summary>A map did not fit; it was told.</summary>
    public bool IsMapCut { get; set; }

    /// <summary>The broker refuses its maps, whatever their size.</summary>
    public bool IsMapRefused { get; set; }

    /// <summary>Records taken and not released.</summary>
    public int Buffered { get; set; }

    /// <summary>Bytes of such records.</summary>
    public long BufferedBytes { get; set; }

    /// <summary>Records that wait for others of their batch.</summary>
    public int Gathered { get; set; }

    /// <summary>The first of its lanes.</summary>
    public Lane? Lanes { get; private set; }

    /// <summary>Lanes that have records, and its stretch. Once the partition closes, only what workers have begun.</summary>
    public int LaneCount => _lanes + (Stretch is null ? 0 : 1);

    /// <summary>Records that are handled without lanes; then there are no lanes.</summary>
    public Stretch? Stretch { get; set; }

    /// <summary>Since when it takes no more records, so that its lanes end, as a timestamp of the machine; 0 while it does not.</summary>
    public long WaitsSince { get; set; }

    /// <summary>The lane that takes records without order until the end of this turn.</summary>
    public Lane? Loose { get; set; }

    /// <summary>Nothing may be committed for it any more.</summary>
    public bool IsLost { get; set; }

    /// <summary>Only records before this offset are handled any more.</summary>
    public long ClosesAt
    {
        get => _closesAt;
        set
        {
            _closesAt = value;
            Bound();
        }
    }

    /// <summary>An operator holds it back: nothing is drained, and no record is begun.</summary>
    public bool IsPaused
    {
        get => _isPaused;
        set
        {
            _isPaused = value;
            Bound();
        }
    }

    /// <summary>Workers begin only records before this offset.</summary>
    public long BeginsBefore => Volatile.Read(ref _beginsBefore);

    /// <summary>The partition is being given up.</summary>
    public bool IsClosing => ClosesAt != long.MaxValue;

    /// <summary>The lowest offset whose handler threw: what comes after it cannot be committed.</summary>
    public long FailedAt { get; set; } = long.MaxValue;

    /// <summary>
    /// Up to here, exclusively, records are worth handling when it is given up: beyond what has been begun nobody waits for them, and beyond one that is stuck – its retry is due later, or its
    /// handler threw – nothing can be committed.
    /// </summary>
    public long Frontier()
    {
        var (begun, stuck) = (Tracker.HighestSettled(), FailedAt);
        for (var lane = Lanes; lane is not null; lane = lane.Following)
        {
            begun = Math.Max(begun, lane.State == LaneState.Handed ? lane.Begun : -1);
            stuck = Math.Min(stuck, lane.State == LaneState.Parked ? lane.Head!.Offset : long.MaxValue);
        }

        return Math.Min(begun + 1, stuck);
    }

    public void Link(Lane lane)
    {
        (lane.Previous, lane.Following) = (null, Lanes);
        if (Lanes is { } first)
        {
            first.Previous = lane;
        }

        Lanes = lane;
        _lanes++;
    }

    public void Unlink(Lane lane)
    {
        if (lane.Previous is { } previous)
        {
            previous.Following = lane.Following;
        }
        else
        {
            Lanes = lane.Following;
        }

        if (lane.Following is { } following)
        {
            following.Previous = lane.Previous;
        }

        (lane.Previous, lane.Following) = (null, null);
        _lanes--;
    }

    /// <summary>Tells its handlers to give up, and lets none begin. Their callbacks run on the thread pool, never on the loop.</summary>
    public void Cancel()
    {
        ClosesAt = -1;
        _cancelled = _lost.CancelAsync();
    }

    public void Dispose()
    {
        if (_cancelled.IsCompleted)
        {
            _lost.Dispose();
        }
    }

    private void Bound() => Volatile.Write(ref _beginsBefore, _isPaused ? -1 : _closesAt);

    public override string ToString() => $"{Topic}[{Partition}]";
}
