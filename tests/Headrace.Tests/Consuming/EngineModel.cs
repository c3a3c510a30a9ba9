using System.Text;
using Headrace.Clients.Native;
using Headrace.Consuming;
using Outcome = Headrace.Consuming.Outcome;

namespace Headrace.Tests.Consuming;

/// <summary>
/// Tracker, lanes and batches with everything around them made up of steps: arrivals, workers, retries, pauses, partitions that are revoked, abandoned or
/// lost and come back at what was committed. Beside it runs a model that is nothing but sets of offsets.
/// </summary>
internal sealed class EngineModel : IDisposable
{
    private const int LookAhead = 48;

    private readonly Random _random;
    private readonly Ordering _ordering;
    private readonly Keys _keys = new();
    private readonly ManualClock _clock = new();
    private readonly WorkerPool _workers;
    private readonly RecordPool _records;
    private readonly HashSet<nint> _messages = [];
    private readonly LaneScheduler _scheduler;
    private readonly Log[] _logs;
    private readonly List<ModelWorker> _running = [];
    private readonly bool _isStretched;
    private bool _waits;
    private nint _lastMessage;

    /// <param name="seed">Another seed is another history.</param>
    /// <param name="ordering">Which records are handled one at a time.</param>
    /// <param name="batches">How they are put in batches; <see langword="null"/> for one by one.</param>
    /// <param name="isStretched">Whether what has no lanes is handled in stretches.</param>
    public EngineModel(int seed, Ordering ordering, BatchScope? batches, bool isStretched = false)
    {
        _isStretched = isStretched;
        _records = new(message => Assert.True(_messages.Remove(message), "A message was freed twice."));
        (_random, _ordering) = (new(seed), ordering);
        _workers = new(static _ => default, 0, new(static () => { }), "model");
        var rule = batches is { } scope ? new BatchRule { Size = 1 + _random.Next(12), Within = TimeSpan.FromMilliseconds(20), Scope = scope, Handle = BeginBatch } : null;
        _scheduler = new(ordering, _workers, _records, _clock, rule is null ? null : new(_ => rule, _workers, _clock));
        _logs = [.. Enumerable.Range(0, 1 + _random.Next(3)).Select(static number => new Log(number))];
    }

    private Log Any => _logs[_random.Next(_logs.Length)];

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            Step(_random.Next(1_000));
        }

        Drain();
    }

    public void Dispose()
    {
        foreach (var log in _logs)
        {
            log.Assigned.Dispose();
        }

        _keys.Dispose();
    }

    private void Step(int kind)
    {
        switch (kind)
        {
            case < 350:
                Arrive(Any);
                break;
            case < 550:
                Claim();
                break;
            case < 800:
                Finish();
                break;
            case < 950:
                Turn();
                break;
            case < 980:
                _clock.Advance(TimeSpan.FromMilliseconds(_random.Next(20)));
                break;
            case < 985:
                _workers.IsPaused = !_workers.IsPaused && _random.Next(3) == 0;
                break;
            case < 987:
                Any.Commit();
                break;
            case < 988:
                _scheduler.Pause(_logs[0].Assigned, !_logs[0].Assigned.IsPaused);
                break;
            case < 990:
                _scheduler.Stretches.TakeBack(Any.Assigned);
                _waits = !_waits;
                break;
            default:
                GiveUp(Any, kind);
                break;
        }
    }

    private void Arrive(Log log)
    {
        if (log.Assigned is { IsClosing: true } or { IsPaused: true } or { Stretch: not null })
        {
            return;
        }

        if (_isStretched && log.Assigned is { LaneCount: 0, Tracker.Count: 0 })
        {
            HandOutStretch(log);
            return;
        }

        if (_isStretched && _waits && log.Assigned.LaneCount > 0)
        {
            return;
        }

        if (log.Assigned.Buffered >= LookAhead)
        {
            _scheduler.NoRoom(log.Assigned);
            return;
        }

        new Source(this, log).Take(NewMessage(log.Next(_random)));
    }

    private void HandOutStretch(Log log)
    {
        var stretch = _scheduler.Stretches.Rent();
        var count = 1 + _random.Next(20);
        for (var i = 0; i < count; i++)
        {
            stretch.Room[i] = i > 0 && _random.Next(40) == 0 ? NewMessage(Source.NoOffset) : NewMessage(log.Next(_random));
        }

        _scheduler.Stretches.HandOut(stretch, new Source(this, log), count);
    }

    // Every message is held once and freed once: the number of its arrival stands above its offset.
    private NativeMessage NewMessage(long offset)
    {
        var message = (++_lastMessage << 32) | (nint)(uint)offset;
        _messages.Add(message);
        return NativeMessage.FromPointer(message);
    }

    private void Turn()
    {
        _scheduler.TakeReports();
        _scheduler.Unpark();
        _scheduler.HandOut();
        Assert.Null(_scheduler.Failure);
        foreach (var log in _logs)
        {
            log.Assigned.Tracker.Advance(_records.Pass);
            Assert.InRange(log.Assigned.Tracker.Watermark, log.Committed, log.LowestUnsettled);
            if (log.Assigned is { IsClosing: false, LaneCount: 0 })
            {
                // Nothing is held, so everything that has arrived is settled, and passed.
                Assert.Equal(log.Arrived, log.Assigned.Tracker.Watermark);
            }

            if (log.Assigned is { IsClosing: true, LaneCount: 0 })
            {
                log.Commit();
                Reassign(log);
            }
        }
    }

    private void GiveUp(Log log, int kind)
    {
        if (!log.Assigned.IsClosing)
        {
            log.Assigned.IsLost = kind == 999;
            _scheduler.Close(log.Assigned);
        }
        else if (kind > 997)
        {
            // The deadline passes: what is in flight is abandoned, and whatever it reports later is stale.
            log.Assigned.Tracker.Advance(_records.Pass);
            log.Commit();
            log.Assigned.Cancel();
            Reassign(log);
        }

        if (log.Assigned.IsLost)
        {
            Reassign(log);
        }
    }

    private void Reassign(Log log)
    {
        log.Assigned.Tracker.Clear(_records.Pass);
        log.Assigned.Dispose();
        log.Assign();
    }

    private void Claim()
    {
        if (!_workers.TryTakeLane(out var lane) || !lane.TryClaim())
        {
            return;
        }

        if (lane.Carried is { } batch)
        {
            batch.Run(_workers);
        }
        else
        {
            var worker = lane.Stretch is { } stretch ? new ModelWorker(stretch) : new ModelWorker(lane);
            if (worker.TryBegin(_workers))
            {
                Begin(worker);
            }
        }
    }

    private ValueTask BeginBatch(RecordBatch batch)
    {
        Assert.InRange(batch.Count, 1, batch.Rule.Size);
        Assert.True(batch.Count == 1 || Enumerable.Range(0, batch.Count).All(i => batch[i].Attempt == 0));
        var worker = new ModelWorker(batch);
        Begin(worker);
        return new(worker.Done.Task);
    }

    private void Begin(ModelWorker worker)
    {
        _running.Add(worker);
        var begun = new Dictionary<(AssignedPartition, string), long>();
        foreach (var record in worker.Records)
        {
            Assert.Same(_logs[record.Record.Partition].Assigned, PartitionOf(record));
            if (LaneOf(record) is not { } lane)
            {
                continue;
            }

            Assert.DoesNotContain(_running, other => other != worker && other.Records.Any(running => LaneOf(running) == lane));
            Assert.True(begun.GetValueOrDefault(lane, -1) < record.Record.Offset, "The records of a batch are out of order.");
            begun[lane] = record.Record.Offset;
            _logs[record.Record.Partition].Begin(lane.Item1, lane.Item2, record.Record, isAlone: worker.Batch is null);
        }
    }

    // A worker goes on with its chunk, or a batch ends.
    private void Finish()
    {
        if (_running.Count == 0)
        {
            return;
        }

        var worker = _running[_random.Next(_running.Count)];
        _running.Remove(worker);
        if (worker.Batch is { } batch)
        {
            FinishBatch(worker, batch);
            return;
        }

        var record = worker.Record!;
        var isStale = PartitionOf(record) != _logs[record.Record.Partition].Assigned;
        var outcome = _random.Next(12) switch { 0 => Outcome.Retry, < 6 when isStale => Outcome.Abandoned, _ => Outcome.Settled };
        if (outcome == Outcome.Settled)
        {
            Settle(record);
        }

        record.Delay = TimeSpan.FromMilliseconds(5);
        if (worker.Report(record, outcome, awaited: _random.Next(4) == 0, _workers))
        {
            Begin(worker);
        }
    }

    private void FinishBatch(ModelWorker worker, RecordBatch batch)
    {
        var mood = _random.Next(4);
        for (var i = 0; i < batch.Count; i++)
        {
            if (mood == 0 || (mood == 1 && _random.Next(5) == 0))
            {
                batch.Settle(i, Settlement.RetryAfter(TimeSpan.FromMilliseconds(5)));
            }
            else
            {
                Settle(worker.Records[i]);
            }
        }

        worker.Done.SetResult();
    }

    private void Settle(TrackedRecord record)
    {
        var log = _logs[record.Record.Partition];
        if (PartitionOf(record) == log.Assigned)
        {
            log.Settle(record.Offset);
        }
    }

    private (AssignedPartition, string)? LaneOf(TrackedRecord record) => _ordering switch
    {
        Ordering.ByPartition => (PartitionOf(record), ""),
        Ordering.ByKey when record.Record.HasKey => (PartitionOf(record), Encoding.UTF8.GetString(record.Record.Key)),
        _ => null,
    };

    // In a stretch a record has no lane, and remembers where it came from.
    private static AssignedPartition PartitionOf(TrackedRecord record) => record.Lane?.Partition ?? (AssignedPartition)record.Record.State!;

    private void Drain()
    {
        _workers.IsPaused = false;
        _scheduler.Pause(_logs[0].Assigned, false);
        for (var turn = 0; Array.Exists(_logs, static log => log.Assigned.Tracker.Watermark < log.End) || _running.Count > 0; turn++)
        {
            Assert.True(turn < 200_000, "What is left is never handled.");
            Array.ForEach(_logs, log =>
            {
                if (log.HasMore)
                {
                    Arrive(log);
                }
            });
            Turn();
            Claim();
            Finish();
            _clock.Advance(TimeSpan.FromMilliseconds(3));
        }

        for (var last = 0; last < 3; last++)
        {
            Turn();
        }

        Assert.Equal(0, _records.Held);
        Assert.Empty(_messages);
        Assert.All(_logs, static log => Assert.Equal((0, 0, 0, 0L, 0), (log.Assigned.LaneCount, log.Assigned.Buffered, log.Assigned.Gathered, log.Assigned.BufferedBytes, log.Assigned.Tracker.Count)));
    }

    /// <summary>Messages of a log, which are numbers. Those without an offset are errors.</summary>
    private sealed class Source(EngineModel model, Log log) : IStretchSource
    {
        public const long NoOffset = -1_001;

        public AssignedPartition Partition { get; } = log.Assigned;

        public long OffsetOf(NativeMessage message) => (int)message.Pointer;

        public bool TryPlace(Record record, NativeMessage message)
        {
            var offset = OffsetOf(message);
            if (offset == NoOffset)
            {
                return false;
            }

            record.Place("t", log.Number, offset, 0, -1);
            (record.Cancellation, record.State) = (Partition.Lost, Partition);
            model._keys.Point(record, log.KeyAt(offset) is { } key ? Encoding.UTF8.GetBytes(key) : null, message.Pointer);
            return true;
        }

        public void Take(NativeMessage message)
        {
            if (OffsetOf(message) == NoOffset)
            {
                model._records.Free([message]);
                return;
            }

            var record = model._records.Rent();
            TryPlace(record.Record, message);
            Assert.True(Partition.Tracker.Add(record));
            model._scheduler.Add(Partition, record);
        }
    }

    /// <summary>A partition's log, and what is true of it.</summary>
    private sealed class Log(int number)
    {
        private readonly List<string?> _keys = [];
        private readonly List<bool> _settled = [];
        private readonly Dictionary<(AssignedPartition, string), long> _begun = [];
        private long _next;

        public int Number => number;

        public AssignedPartition Assigned { get; private set; } = new("t", number, 0, -1);

        public long Committed { get; private set; }

        public long End => _keys.Count;

        public long LowestUnsettled { get; private set; }

        public bool HasMore => _next < End;

        /// <summary>The offset after the last that has arrived.</summary>
        public long Arrived => _next;

        public string? KeyAt(long offset) => _keys[(int)offset];

        public long Next(Random random)
        {
            if (_next == End)
            {
                _keys.Add(random.Next(8) == 0 ? null : "k" + random.Next(6));
                _settled.Add(false);
            }

            return _next++;
        }

        public void Begin(AssignedPartition assigned, string key, Record record, bool isAlone)
        {
            var last = _begun.GetValueOrDefault((assigned, key), -1);
            Assert.True(record.Attempt > 0 ? !isAlone || last == record.Offset : last < record.Offset, $"{key} went from {last} to {record.Offset}.");
            _begun[(assigned, key)] = Math.Max(last, record.Offset);
        }

        public void Settle(long offset)
        {
            _settled[(int)offset] = true;
            while (LowestUnsettled < End && _settled[(int)LowestUnsettled])
            {
                LowestUnsettled++;
            }
        }

        public void Commit() => Committed = Assigned.IsLost ? Committed : Assigned.Tracker.Watermark;

        public void Assign()
        {
            (Assigned, _next) = (new("t", number, Committed, Committed), Committed);
            _begun.Clear();
        }
    }

    /// <summary>What a worker is doing: a record of a chunk or of a stretch, or a batch.</summary>
    private sealed class ModelWorker
    {
        private readonly Lane? _lane;
        private readonly Stretch? _stretch;
        private int _left;
        private bool _isBegun;

        public ModelWorker(Stretch stretch) => (_stretch, Record, Records) = (stretch, stretch.Current, [stretch.Current]);

        public ModelWorker(Lane lane) => (_lane, Record, _left, Records) = (lane, lane.Cursor, lane.Remaining, [lane.Cursor]);

        public ModelWorker(RecordBatch batch) => (Batch, Records) = (batch, [.. batch.Tracked]);

        public RecordBatch? Batch { get; }

        public TrackedRecord? Record { get; private set; }

        public IReadOnlyList<TrackedRecord> Records { get; private set; }

        public TaskCompletionSource Done { get; } = new();

        /// <summary>Begins its record, or hands it back.</summary>
        public bool TryBegin(WorkerPool workers)
        {
            if (_stretch is { } stretch)
            {
                if (!workers.IsPaused && stretch.MoveNext())
                {
                    return true;
                }

                End(stretch, Outcome.Settled, workers);
                return false;
            }

            if (!workers.IsPaused && _lane!.TryBegin(Record!.Offset))
            {
                return true;
            }

            Record!.Outcome = Outcome.HandedBack;
            workers.Reports.Push(Record, Record);
            return false;
        }

        /// <summary>Reports its record and goes on. Says whether it began another.</summary>
        public bool Report(TrackedRecord record, Outcome outcome, bool awaited, WorkerPool workers)
        {
            if (_stretch is { } stretch)
            {
                _isBegun = true;
                if (!awaited && outcome == Outcome.Settled)
                {
                    return TryBegin(workers);
                }

                if (awaited && stretch.TryEnd(StretchEnd.Awaiting))
                {
                    workers.Reports.Push(stretch.Report, stretch.Report);
                }
                else if (!awaited)
                {
                    End(stretch, outcome, workers);
                    return false;
                }

                (record.EndsChunk, record.Outcome) = (true, outcome);
                workers.Reports.Push(record, record);
                return false;
            }

            var next = record.Next;
            record.EndsChunk = awaited;
            record.Outcome = outcome;
            workers.Reports.Push(record, record);
            if (outcome != Outcome.Settled || awaited || --_left == 0)
            {
                return false;
            }

            (Record, Records) = (next, [next!]);
            return TryBegin(workers);
        }

        private void End(Stretch stretch, Outcome outcome, WorkerPool workers)
        {
            var record = stretch.Current;
            if (stretch.TryEnd(outcome == Outcome.Settled ? StretchEnd.Before : StretchEnd.Unsettled))
            {
                record.Outcome = outcome == Outcome.Settled ? Outcome.None : outcome;
                workers.Reports.Push(stretch.Report, stretch.Report);
            }
            else if (_isBegun)
            {
                (record.EndsChunk, record.Outcome) = (true, outcome);
                workers.Reports.Push(record, record);
            }
        }
    }
}
