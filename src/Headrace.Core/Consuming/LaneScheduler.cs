namespace Headrace.Consuming;

/// <summary>
/// Decides which records may be handled now: puts records into lanes, hands lanes that are ready to the workers, and takes their reports. Only the
/// loop uses it. A free worker takes the next ready lane, so no lane waits behind another one's handler.
/// </summary>
internal sealed class LaneScheduler
{
    /// <summary>The longest chunk: many share one hop to a worker. A slow one is ended by the worker's clock, so that other lanes get their turn.</summary>
    public const int MaxChunk = 512;

    private readonly Ordering _ordering;
    private readonly WorkerPool _workers;
    private readonly RecordPool _records;
    private readonly TimeProvider _time;
    private readonly BatchScheduler? _batches;
    private readonly Stack<Lane> _unused = new();
    private readonly List<Lane> _touched = [];
    private readonly PriorityQueue<Lane, long> _parked = new();

    /// <param name="ordering">Which records are handled one at a time.</param>
    /// <param name="workers">Who handles them.</param>
    /// <param name="records">Where their memory is freed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="batches">Puts lanes together; <see langword="null"/> where no topic is handled in batches.</param>
    public LaneScheduler(Ordering ordering, WorkerPool workers, RecordPool records, TimeProvider time, BatchScheduler? batches = null) =>
        (_ordering, _workers, _records, _time, _batches) = (ordering, workers, records, time, batches);

    /// <summary>Records settled since the start.</summary>
    public long Settled { get; private set; }

    /// <summary>The first record whose handler threw, and what it threw.</summary>
    public (RecordPosition Position, Exception Failure)? Failure { get; private set; }

    /// <summary>When the next parked lane or batch is due, as a timestamp of the clock; <see cref="long.MaxValue"/> when none is.</summary>
    public long NextDue => Math.Min(_parked.TryPeek(out _, out var due) ? due : long.MaxValue, _batches?.NextDue ?? long.MaxValue);

    /// <summary>Takes a record that arrived. It is handed out by the next <see cref="HandOut"/>.</summary>
    public void Add(AssignedPartition partition, TrackedRecord record)
    {
        partition.Buffered++;
        partition.BufferedBytes += record.Bytes;
        var lane = _ordering == Ordering.Unordered || (_ordering == Ordering.ByKey && !record.Record.HasKey)
            ? LooseLane(partition)
            : KeyedLane(partition, record);
        lane.Append(record);
        if (lane.Gathering is not null)
        {
            _batches!.Grow(lane);
        }
        else
        {
            Touch(lane);
        }
    }

    /// <summary>Nothing more is taken for the partition until something of it is settled.</summary>
    public void NoRoom(AssignedPartition partition) => _batches?.NoRoom(partition);

    /// <summary>Hands every lane that became ready to the workers.</summary>
    public void HandOut()
    {
        if (_touched.Count == 0 && _batches is null)
        {
            return;
        }

        foreach (var lane in _touched)
        {
            if (lane.State == LaneState.Touched)
            {
                HandOutOrGather(lane);
            }
        }

        _touched.Clear();
        _batches?.HandOut();
        _workers.Wake();
    }

    /// <summary>Takes what workers reported. Says whether there was anything.</summary>
    public bool TakeReports()
    {
        var report = _workers.Reports.TakeAll();
        var any = report is not null;
        while (report is not null)
        {
            var next = report.NextReport;
            Take(report);
            report = next;
        }

        return any;
    }

    /// <summary>Makes parked lanes ready whose time has come.</summary>
    public void Unpark()
    {
        while (_parked.TryPeek(out var lane, out var due) && due <= _time.GetTimestamp())
        {
            _parked.Dequeue();
            if (lane.State == LaneState.Parked && lane.Due == due)
            {
                lane.State = LaneState.Open;
                Touch(lane);
            }
        }
    }

    /// <summary>A key that is parked need not wait any longer.</summary>
    public void Wake(AssignedPartition partition, ReadOnlySpan<byte> key)
    {
        if (partition.Table.Find(LaneTable.HashOf(key), key) is { State: LaneState.Parked } lane)
        {
            lane.State = LaneState.Open;
            Touch(lane);
        }
    }

    /// <summary>Holds a partition back, or lets it go on: what workers have begun ends, nothing is begun.</summary>
    public void Pause(AssignedPartition partition, bool isPaused)
    {
        partition.IsPaused = isPaused;
        for (var lane = partition.Lanes; lane is not null && !isPaused; lane = lane.Following)
        {
            Touch(lane);
        }
    }

    /// <summary>
    /// Begins to give the partition up. What workers have begun goes on, and so does what lies before it: were it dropped, the watermark could not pass
    /// it, and its next owner would repeat all that is settled above. Everything else is let go. The partition is drained when it has no lanes left.
    /// </summary>
    public void Close(AssignedPartition partition)
    {
        partition.ClosesAt = -1;
        Interlocked.MemoryBarrierProcessWide();
        var end = partition.IsLost || partition.IsPaused || _workers.IsPaused ? -1 : partition.Frontier();
        partition.ClosesAt = end;
        BatchScheduler.TakeBack(partition, Touch);
        for (var lane = partition.Lanes; lane is not null;)
        {
            var following = lane.Following;
            var goesOn = lane.State != LaneState.Parked && lane.Head!.Offset < end;
            if (!goesOn && (lane.State != LaneState.Handed || lane.TryTakeBack()))
            {
                Drop(lane);
            }

            lane = following;
        }
    }

    private void HandOutOrGather(Lane lane)
    {
        if (lane.Partition.IsPaused)
        {
            lane.State = LaneState.Open;
            return;
        }

        lane.Partition.Loose = null;
        if (lane.Head!.Offset >= lane.Partition.ClosesAt)
        {
            Drop(lane);
        }
        else if (_batches?.TryTake(lane) != true)
        {
            lane.HandOut(MaxChunk);
            _workers.Add(lane);
        }
    }

    private void Take(TrackedRecord report)
    {
        if (report.Batch is { } batch)
        {
            report.Batch = null;
            Take(batch);
            return;
        }

        var lane = report.Lane!;
        switch (report.Outcome)
        {
            case Outcome.Settled:
                Settled++;
                var ends = report.EndsChunk || lane.Handed == 1;
                Release(lane.Partition, lane.RemoveHead());
                if (ends)
                {
                    EndChunk(lane);
                }

                break;
            case Outcome.Retry:
                report.Outcome = Outcome.None;
                report.EndsChunk = false;
                report.Record.Attempt++;
                Park(lane, report.Delay);
                break;
            case Outcome.HandedBack:
                report.Outcome = Outcome.None;
                EndChunk(lane);
                break;
            case Outcome.Failed:
                Fail(lane, report);
                Drop(lane);
                break;
            default:
                Drop(lane);
                break;
        }
    }

    private void Take(RecordBatch batch)
    {
        foreach (var lane in batch.Lanes.ToList())
        {
            lane.Batch = null;
            Conclude(lane);
        }
    }

    // In a batch any of a lane's records may be settled: the others stay, in their order.
    private void Conclude(Lane lane)
    {
        var (kept, delay, isGivenUp) = (new Stack<TrackedRecord>(), TimeSpan.Zero, false);
        for (var left = lane.Handed; left > 0; left--)
        {
            var record = lane.RemoveHead();
            if (record.Outcome == Outcome.Settled)
            {
                Settled++;
                Release(lane.Partition, record);
                continue;
            }

            kept.Push(record);
            isGivenUp |= record.Outcome is not (Outcome.Retry or Outcome.HandedBack);
            var wait = Keep(lane, record);
            delay = wait > delay ? wait : delay;
        }

        while (kept.TryPop(out var record))
        {
            lane.Prepend(record);
        }

        if (isGivenUp)
        {
            Drop(lane);
        }
        else if (delay > TimeSpan.Zero)
        {
            Park(lane, delay);
        }
        else
        {
            EndChunk(lane);
        }
    }

    // Says how long the record has to wait.
    private TimeSpan Keep(Lane lane, TrackedRecord record)
    {
        var outcome = record.Outcome;
        record.Outcome = Outcome.None;
        switch (outcome)
        {
            case Outcome.Retry:
                record.Record.Attempt++;
                return record.Delay;
            case Outcome.Failed:
                Fail(lane, record);
                return TimeSpan.Zero;
            default:
                return TimeSpan.Zero;
        }
    }

    private void Fail(Lane lane, TrackedRecord record)
    {
        Failure ??= (record.Record.Position, record.Failure!);
        lane.Partition.FailedAt = Math.Min(lane.Partition.FailedAt, record.Offset);
    }

    private void EndChunk(Lane lane)
    {
        lane.EndChunk();
        if (lane.Count == 0)
        {
            Forget(lane);
            lane.State = LaneState.Open;
            _unused.Push(lane);
        }
        else if (lane.Head!.Offset >= lane.Partition.ClosesAt)
        {
            Drop(lane);
        }
        else
        {
            Touch(lane);
        }
    }

    private void Park(Lane lane, TimeSpan delay)
    {
        lane.EndChunk();
        if (lane.Partition.IsClosing)
        {
            Drop(lane);
            return;
        }

        (lane.State, lane.Due) = (LaneState.Parked, _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency));
        _parked.Enqueue(lane, lane.Due);
    }

    private void Touch(Lane lane)
    {
        if (lane.State == LaneState.Open)
        {
            lane.State = LaneState.Touched;
            _touched.Add(lane);
        }
    }

    private void Drop(Lane lane)
    {
        lane.Gathering?.Remove(lane);
        Forget(lane);
        while (lane.Count > 0)
        {
            Release(lane.Partition, lane.RemoveHead());
        }

        lane.State = LaneState.Dropped;
    }

    // While the lane still has its first record: that is where its key lies.
    private static void Forget(Lane lane)
    {
        if (lane.IsKeyed)
        {
            lane.Partition.Table.Remove(lane);
        }

        lane.Partition.Unlink(lane);
    }

    private void Release(AssignedPartition partition, TrackedRecord record)
    {
        partition.Buffered--;
        partition.BufferedBytes -= record.Bytes;
        _records.Release(record);
    }

    private Lane KeyedLane(AssignedPartition partition, TrackedRecord record)
    {
        // One partition, one lane: then every record has the same, empty key.
        var key = _ordering == Ordering.ByKey ? record.Record.Key : default;
        var hash = LaneTable.HashOf(key);
        var lane = _ordering == Ordering.ByKey ? partition.Table.Find(hash, key) : partition.Lanes;
        if (lane is null)
        {
            lane = Open(partition, _ordering == Ordering.ByKey, hash, key);
            if (lane.IsKeyed)
            {
                partition.Table.Add(lane);
            }
        }

        return lane;
    }

    private Lane LooseLane(AssignedPartition partition)
    {
        var lane = partition.Loose;
        if (lane is null || lane.Count >= _workers.LooseChunk)
        {
            partition.Loose = lane = Open(partition, isKeyed: false, 0, default);
        }

        return lane;
    }

    private Lane Open(AssignedPartition partition, bool isKeyed, ulong hash, ReadOnlySpan<byte> key)
    {
        var lane = _unused.TryPop(out var unused) ? unused : new();
        lane.Open(partition, isKeyed, hash, key);
        partition.Link(lane);
        return lane;
    }
}
