namespace Headrace.Consuming;

/// <summary>
/// Decides which records may be handled now: puts records into lanes, hands lanes that are ready to the workers, and takes their reports. Only the
/// loop uses it. A free worker takes the next ready lane, so no lane waits behind another one's handler.
/// </summary>
internal sealed class LaneScheduler
{
    /// <summary>The longest chunk: many share one hop to a worker. A slow one is ended by the worker's clock, so that other lanes get their turn.</summary>
    public const int MaxChunk = 512;

    private readonly WorkerPool _workers;
    private readonly RecordPool _records;
    private readonly BatchScheduler? _batches;
    private readonly LaneOpening _lanes;
    private readonly List<Lane> _touched = [];
    private readonly ParkedLanes _parked;

    /// <param name="ordering">Which records are handled one at a time.</param>
    /// <param name="workers">Who handles them.</param>
    /// <param name="records">Where their memory is freed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="batches">Puts lanes together; <see langword="null"/> where no topic is handled in batches.</param>
    /// <param name="isStretched">Whether records may be handled without lanes.</param>
    public LaneScheduler(Ordering ordering, WorkerPool workers, RecordPool records, TimeProvider time, BatchScheduler? batches = null, bool isStretched = false) =>
        (_lanes, _workers, _records, _parked, _batches, Stretches) = (new(ordering, workers), workers, records, new(time), batches, new(this, workers, records, ordering) { IsAllowed = isStretched });

    /// <summary>Records settled since the start.</summary>
    public long Settled { get; set; }

    /// <summary>Records that are handled without lanes.</summary>
    public StretchScheduler Stretches { get; }

    /// <summary>The first record whose handler threw, and what it threw.</summary>
    public (RecordPosition Position, Exception Failure)? Failure { get; private set; }

    /// <summary>When the next parked lane or batch is due, as a timestamp of the clock; <see cref="long.MaxValue"/> when none is.</summary>
    public long NextDue => Math.Min(_parked.NextDue, _batches?.NextDue ?? long.MaxValue);

    /// <summary>Takes a record that arrived. It is handed out by the next <see cref="HandOut"/>.</summary>
    public void Add(AssignedPartition partition, TrackedRecord record)
    {
        partition.Buffered++;
        partition.BufferedBytes += record.Bytes;
        var lane = _lanes.Of(partition, record.Record);
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
        while (_parked.TryTake(out var lane))
        {
            lane.State = LaneState.Open;
            Touch(lane);
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
        Stretches.TakeBack(partition);
        if (isPaused && partition.IsClosing)
        {
            // Nothing of it would go on, and nobody would let go of it.
            Close(partition);
            return;
        }

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
        Stretches.TakeBack(partition);
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

    /// <summary>A record that was under way when its stretch ended goes on in a lane, with its worker.</summary>
    public void Adopt(AssignedPartition partition, TrackedRecord record, Lane lane)
    {
        record.Bytes = PartitionQueue.BytesOf(record.Record);
        partition.Buffered++;
        partition.BufferedBytes += record.Bytes;
        _records.Hold(1);
        partition.Tracker.Add(record);
        _lanes.Open(lane, partition, record.Record);
        lane.Append(record);
        lane.HandOut(1);
        lane.TryClaim();
        lane.TryBegin(record.Offset);
    }

    /// <summary>Takes what a worker reported of a record, or of what it stands for.</summary>
    public void Take(TrackedRecord report)
    {
        if (report.Stretch is { } stretch)
        {
            Stretches.Take(stretch);
        }
        else if (report.Batch is { } batch)
        {
            report.Batch = null;
            Take(batch);
        }
        else
        {
            TakeRecord(report);
        }
    }

    private void TakeRecord(TrackedRecord report)
    {
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
            LaneOpening.Close(lane);
            _lanes.Reuse(lane);
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

        _parked.Add(lane, delay);
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
        LaneOpening.Close(lane);
        while (lane.Count > 0)
        {
            Release(lane.Partition, lane.RemoveHead());
        }

        lane.State = LaneState.Dropped;
    }

    private void Release(AssignedPartition partition, TrackedRecord record)
    {
        partition.Buffered--;
        partition.BufferedBytes -= record.Bytes;
        _records.Release(record);
    }
}
