using System.Diagnostics;

namespace Headrace.Consuming;

/// <summary>A thread that takes ready lanes and runs their chunks, a record at a time.</summary>
internal sealed class Worker
{
    private readonly WorkerPool _pool;
    private readonly RecordDelegate _handle;
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private int _started;
    private int _seen;

    // What is done and not yet reported: a chain from the newest to the oldest.
    private TrackedRecord? _newest;
    private TrackedRecord? _oldest;

    public Worker(WorkerPool pool, RecordDelegate handle) => (_pool, _handle) = (pool, handle);

    /// <summary>Whether the thread has begun a handler since it was last asked. The loop asks.</summary>
    public bool HasMoved()
    {
        var started = Volatile.Read(ref _started);
        (var moved, _seen) = (started != _seen, started);
        return moved;
    }

    public void Start(string name) => new Thread(Run) { IsBackground = true, Name = name }.UnsafeStart();

    private void Run()
    {
        var hasSlot = false;
        while (true)
        {
            if (hasSlot && _pool.HasTooMany)
            {
                _pool.ReturnSlot();
                hasSlot = false;
            }

            hasSlot = hasSlot || _pool.TryTakeSlot();
            if (hasSlot && _pool.TryTakeLane(out var lane))
            {
                hasSlot = !lane.TryClaim() || (lane.Stretch is { } stretch ? RunStretch(stretch) : lane.Carried is { } batch ? RunBatch(batch) : RunLane(lane));
                continue;
            }

            if (hasSlot)
            {
                _pool.ReturnSlot();
                hasSlot = false;
            }

            if (!_pool.Park())
            {
                return;
            }
        }
    }

    /// <summary>Runs a chunk. Says whether the slot is still this thread's: an await takes it along.</summary>
    private bool RunLane(Lane lane)
    {
        var began = Stopwatch.GetTimestamp();
        var (record, left, tick) = (lane.Cursor, lane.Remaining, Environment.TickCount64);
        var (handlers, isOver) = (0, false);
        for (var goesOn = true; goesOn && left > 0; left--)
        {
            if (isOver || _pool.IsPaused || _pool.IsStopped || !lane.TryBegin(record.Offset))
            {
                Report(record, Outcome.HandedBack);
                break;
            }

            // Read before the report: afterwards the record may be in use again.
            var next = record.Next;
            handlers++;
            if (!Handle(lane, record, out goesOn))
            {
                _pool.Measure(Stopwatch.GetTimestamp() - began, handlers);
                return false;
            }

            record = next!;
            if (Environment.TickCount64 != tick)
            {
                // The clock has moved by some milliseconds: the loop learns what is done, and other lanes get their turn.
                tick = Environment.TickCount64;
                isOver = _pool.HasReady || _pool.HasTooMany;
                Flush();
            }
        }

        Flush();
        _pool.Measure(Stopwatch.GetTimestamp() - began, Math.Max(1, handlers));
        return true;
    }

    /// <summary>Handles a stretch, a record at a time. Says whether the slot is still this thread's.</summary>
    private bool RunStretch(Stretch stretch)
    {
        var (current, lane, began, tick) = (stretch.Current, stretch.Lane, Stopwatch.GetTimestamp(), Environment.TickCount64);
        var (handled, isSlow, outcome) = (0, false, Outcome.Settled);
        while (outcome == Outcome.Settled && !isSlow && !_pool.IsPaused && !_pool.IsStopped && stretch.MoveNext())
        {
            handled++;
            Volatile.Write(ref _started, _started + 1);
            if (!TryHandle(current, out outcome, out var handling))
            {
                if (stretch.TryEnd(StretchEnd.Awaiting))
                {
                    _pool.Reports.Push(stretch.Report, stretch.Report);
                }

                _pool.Measure(Stopwatch.GetTimestamp() - began, handled);
                lane.Await(current, handling, _pool);
                return false;
            }

            if (Environment.TickCount64 != tick)
            {
                tick = Environment.TickCount64;
                isSlow = WorkerPool.IsSlow(Stopwatch.GetTimestamp() - began, handled) || _pool.HasTooMany;
            }
        }

        _pool.Measure(Stopwatch.GetTimestamp() - began, Math.Max(1, handled));
        EndStretch(stretch, current, handled, outcome);
        return true;
    }

    private void EndStretch(Stretch stretch, TrackedRecord current, int handled, Outcome outcome)
    {
        if (stretch.TryEnd(outcome == Outcome.Settled ? StretchEnd.Before : StretchEnd.Unsettled))
        {
            current.Outcome = stretch.EndedAt == stretch.Count || outcome == Outcome.Settled ? Outcome.None : outcome;
            _pool.Reports.Push(stretch.Report, stretch.Report);
        }
        else if (handled > 0)
        {
            // The loop has it in a lane by now.
            current.EndsChunk = true;
            Report(current, outcome);
            Flush();
        }
    }

    private bool RunBatch(RecordBatch batch)
    {
        Volatile.Write(ref _started, _started + 1);
        var began = Stopwatch.GetTimestamp();
        var hasSlot = batch.Run(_pool);
        Restore();
        _pool.Measure(Stopwatch.GetTimestamp() - began, 1);
        return hasSlot;
    }

    /// <summary>Handles one record. <see langword="false"/>: its handler awaits, and the chunk has ended with it.</summary>
    private bool Handle(Lane lane, TrackedRecord record, out bool goesOn)
    {
        Volatile.Write(ref _started, _started + 1);
        if (!TryHandle(record, out var outcome, out var handling))
        {
            goesOn = false;
            Flush();
            lane.Await(record, handling, _pool);
            return false;
        }

        goesOn = outcome == Outcome.Settled;
        Report(record, outcome);
        return true;
    }

    /// <summary>Calls the handler; <see langword="false"/> when it awaits.</summary>
    private bool TryHandle(TrackedRecord record, out Outcome outcome, out ValueTask<Settlement> handling)
    {
        (outcome, handling) = (Outcome.None, default);
        try
        {
            handling = _handle(record.Record);
            if (!handling.IsCompleted)
            {
                Restore();
                _pool.Awaits();
                return false;
            }

            outcome = Lane.Conclude(record, handling.GetAwaiter());
        }
        catch (Exception failure)
        {
            outcome = Lane.Conclude(record, failure);
        }

        Restore();
        return true;
    }

    // What a handler left in async-local values must not meet the next record.
    private void Restore()
    {
        if (_context is not null)
        {
            ExecutionContext.Restore(_context);
        }
    }

    private void Report(TrackedRecord record, Outcome outcome)
    {
        record.NextReport = _newest;
        _newest = record;
        _oldest ??= record;

        // From here on the watermark may pass the record; its memory stays until the report is taken.
        record.Outcome = outcome;
    }

    private void Flush()
    {
        if (_newest is { } newest)
        {
            _pool.Reports.Push(newest, _oldest!);
            (_newest, _oldest) = (null, null);
        }
    }
}
