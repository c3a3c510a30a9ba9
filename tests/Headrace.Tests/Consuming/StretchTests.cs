using System.Collections.Concurrent;
using System.Text;
using Headrace.Clients.Native;
using Headrace.Consuming;

namespace Headrace.Tests.Consuming;

public sealed class StretchTests
{
    private static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(Ordering.ByKey, 1)]
    [InlineData(Ordering.ByKey, 2)]
    [InlineData(Ordering.ByPartition, 3)]
    public void Order_holds_and_every_record_is_settled_once_whatever_handlers_do(Ordering ordering, int seed)
    {
        const int Records = 8_000;
        var (running, last, broken) = (new ConcurrentDictionary<string, bool>(), new ConcurrentDictionary<string, long>(), new ConcurrentQueue<string>());
        using var pause = new ManualResetEventSlim();
        using var engine = new Engine(4, ordering, seed, async (record, settle) =>
        {
            var lane = $"{record.Partition} {(ordering == Ordering.ByKey ? record.CopyKey().ToString() : "")}";
            if (!running.TryAdd(lane, true) || last.GetValueOrDefault(lane, -1) >= record.Offset)
            {
                broken.Enqueue($"{lane} at {record.Offset}, after {last.GetValueOrDefault(lane, -1)}");
            }

            switch (HashCode.Combine(seed, record.Partition, record.Offset) & 1_023)
            {
                case < 10:
                    await Task.Yield();
                    break;
                case < 20 when record.Attempt == 0:
                    running.TryRemove(lane, out _);
                    return Settlement.RetryAfter(TimeSpan.FromMilliseconds(1));
                case 20:
                    pause.Wait(TimeSpan.FromMilliseconds(15));
                    break;
                default:
                    break;
            }

            last[lane] = record.Offset;
            running.TryRemove(lane, out _);
            settle();
            return Settlement.Settled;
        });

        engine.Run(Records, static offset => "k" + (offset * 7919 % 13), Deadline);

        Assert.Empty(broken);
        Assert.Equal(Engine.Partitions * Records, engine.Settled);
        Assert.InRange(engine.Stretches, 100, int.MaxValue);
    }

    [Fact]
    public void A_handler_that_holds_its_thread_keeps_no_other_key_waiting()
    {
        const int Records = 100;
        using var rest = new CountdownEvent((Engine.Partitions * Records) - 1);
        using var engine = new Engine(2, Ordering.ByKey, seed: 0, (record, settle) =>
        {
            settle();
            if (record is { Partition: 0, Offset: 0 })
            {
                rest.Wait(Deadline);
            }
            else
            {
                rest.Signal();
            }

            return ValueTask.FromResult(Settlement.Settled);
        });

        engine.Run(Records, static offset => "k" + offset, Deadline);

        Assert.Equal(Engine.Partitions * Records, engine.Settled);
    }

    [Fact]
    public void A_handler_that_awaits_keeps_no_other_key_waiting()
    {
        const int Records = 100;
        var (rest, go) = ((Engine.Partitions * Records) - 1, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        using var engine = new Engine(2, Ordering.ByKey, seed: 0, async (record, settle) =>
        {
            if (record is { Partition: 0, Offset: 0 })
            {
                await go.Task;
            }
            else if (Interlocked.Decrement(ref rest) == 0)
            {
                go.SetResult();
            }

            settle();
            return Settlement.Settled;
        });

        engine.Run(Records, static offset => "k" + offset, Deadline);

        Assert.Equal(Engine.Partitions * Records, engine.Settled);
    }

    /// <summary>Scheduler, trackers and workers with threads of their own, fed by a loop that makes its records up and now and then takes back what it has handed out.</summary>
    private sealed class Engine : IDisposable
    {
        public const int Partitions = 4;

        private readonly Keys _keys = new();
        private readonly AutoResetEvent _signal = new(false);
        private readonly ConcurrentDictionary<nint, bool> _messages = [];
        private readonly WorkerPool _workers;
        private readonly RecordPool _records;
        private readonly LaneScheduler _scheduler;
        private readonly Log[] _logs;
        private readonly Random _random;
        private readonly bool _interferes;
        private nint _lastMessage;

        public Engine(int workers, Ordering ordering, int seed, Func<Record, Action, ValueTask<Settlement>> handle)
        {
            (_random, _interferes) = (new(seed), seed > 0);
            _records = new(message => Assert.True(_messages.TryRemove(message, out _), "A message was freed twice."));
            _logs = [.. Enumerable.Range(0, Partitions).Select(number => new Log(this, number))];
            _workers = new(record => handle(record, _logs[record.Partition].Settler(record.Offset)), workers, new(() => _signal.Set()), "test");
            _scheduler = new(ordering, _workers, _records, TimeProvider.System, isStretched: true);
        }

        public long Settled => _scheduler.Settled;

        public int Stretches { get; private set; }

        public void Run(int records, Func<long, string> keyOf, CancellationToken deadline)
        {
            while (Array.Exists(_logs, log => log.Partition.Tracker.Watermark < records) || _records.Held > 0)
            {
                deadline.ThrowIfCancellationRequested();
                foreach (var log in _logs)
                {
                    Feed(log, records, keyOf);
                }

                if (_interferes && _random.Next(8) == 0)
                {
                    _scheduler.Stretches.TakeBack(_logs[_random.Next(Partitions)].Partition);
                }

                _scheduler.TakeReports();
                _scheduler.Unpark();
                _scheduler.Stretches.Tick();
                _scheduler.HandOut();
                Array.ForEach(_logs, log => log.Advance(_records));
                _workers.Tend();
                _signal.WaitOne(_workers.IsStarved ? 1 : 5);
                Assert.Null(_scheduler.Failure);
            }

            Assert.Empty(_messages);
        }

        public void Dispose()
        {
            _workers.Stop();
            _keys.Dispose();
            Array.ForEach(_logs, static log => log.Partition.Dispose());
        }

        private void Feed(Log log, int records, Func<long, string> keyOf)
        {
            log.KeyOf = keyOf;
            var count = Math.Min(records - log.Next, 1 + _random.Next(Stretch.MaxRecords));
            if (count == 0 || log.Partition.Stretch is not null || log.Partition.Buffered > 200)
            {
                return;
            }

            if (log.Partition is { LaneCount: 0, Tracker.Count: 0 })
            {
                var stretch = _scheduler.Stretches.Rent();
                for (var i = 0; i < count; i++)
                {
                    stretch.Room[i] = NewMessage(log);
                }

                _scheduler.Stretches.HandOut(stretch, log, count);
                Stretches++;
            }
            else if (_random.Next(20) == 0)
            {
                for (var i = 0; i < count; i++)
                {
                    log.Take(NewMessage(log));
                }
            }
        }

        private NativeMessage NewMessage(Log log)
        {
            var message = (++_lastMessage << 32) | (nint)log.Next++;
            _messages[message] = true;
            return NativeMessage.FromPointer(message);
        }

        private sealed class Log(Engine engine, int number) : IStretchSource
        {
            private readonly ConcurrentDictionary<long, bool> _settled = [];
            private long _checked;

            public AssignedPartition Partition { get; } = new("orders", number, 0, -1);

            public int Next { get; set; }

            public Func<long, string> KeyOf { get; set; } = static _ => "";

            public Action Settler(long offset) => () => Assert.True(_settled.TryAdd(offset, true), "A record was settled twice.");

            public void Advance(RecordPool records)
            {
                if (Partition.Stretch is { } stretch)
                {
                    Partition.Tracker.MoveTo(stretch.Position, stretch.LeaderEpoch);
                }
                else
                {
                    Partition.Tracker.Advance(records.Pass);
                }

                for (; _checked < Partition.Tracker.Watermark; _checked++)
                {
                    Assert.True(_settled.ContainsKey(_checked), $"The watermark of {Partition} is {Partition.Tracker.Watermark}, and {_checked} is not settled.");
                }
            }

            public long OffsetOf(NativeMessage message) => (int)message.Pointer;

            public bool TryPlace(Record record, NativeMessage message)
            {
                var offset = OffsetOf(message);
                record.Place("orders", number, offset, 0, -1);
                lock (engine._keys)
                {
                    engine._keys.Point(record, Encoding.UTF8.GetBytes(KeyOf(offset)), message.Pointer);
                }

                return true;
            }

            public void Take(NativeMessage message)
            {
                var record = engine._records.Rent();
                TryPlace(record.Record, message);
                Assert.True(Partition.Tracker.Add(record));
                engine._scheduler.Add(Partition, record);
            }
        }
    }
}
