using System.Collections.Concurrent;
using System.Text;
using Headrace.Consuming;

namespace Headrace.Tests.Consuming;

public sealed class WorkerPoolTests
{
    private static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public void A_key_never_meets_two_workers_and_keeps_its_order()
    {
        var (running, last, broken) = (new ConcurrentDictionary<string, bool>(), new ConcurrentDictionary<string, long>(), new ConcurrentQueue<string>());
        using var engine = new EngineWithoutKafka(16, async record =>
        {
            var (key, offset) = (record.CopyKey().ToString(), record.Offset);
            if (!running.TryAdd(key, true))
            {
                broken.Enqueue($"{key} met two workers at {offset}");
            }

            switch (offset % 7)
            {
                case 0:
                    await Task.Yield();
                    break;
                case 1:
                    Thread.SpinWait(2_000);
                    break;
                case 2 when offset % 5 == 0 && record.Attempt == 0:
                    running.TryRemove(key, out _);
                    return Settlement.RetryAfter(TimeSpan.FromMilliseconds(1));
                default:
                    break;
            }

            if (last.GetValueOrDefault(key, -1) >= offset)
            {
                broken.Enqueue($"{key} went back to {offset}");
            }

            last[key] = offset;
            running.TryRemove(key, out _);
            return Settlement.Settled;
        });

        engine.Run(records: 20_000, keyOf: static offset => "k" + (offset * 7919 % 97), Deadline);

        Assert.Empty(broken);
        Assert.Equal(20_000, engine.Settled);
    }

    [Fact]
    public void Handlers_that_block_run_as_many_at_once_as_there_are_workers()
    {
        using var all = new CountdownEvent(100);
        using var engine = new EngineWithoutKafka(100, record =>
        {
            // Nobody goes on before a hundred are inside.
            all.Signal();
            all.Wait();
            return ValueTask.FromResult(Settlement.Settled);
        });

        engine.Run(records: 100, keyOf: static offset => "k" + offset, Deadline);

        Assert.Equal(100, engine.Settled);
    }

    [Fact]
    public void Handlers_that_await_need_no_thread_while_they_wait()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inside = 0;
        using var engine = new EngineWithoutKafka(500, async record =>
        {
            if (Interlocked.Increment(ref inside) == 500)
            {
                go.SetResult();
            }

            await go.Task;
            return Settlement.Settled;
        });

        engine.Run(records: 500, keyOf: static offset => "k" + offset, Deadline);

        Assert.Equal(500, engine.Settled);
        Assert.InRange(engine.Threads, 1, 100);
    }

    [Fact]
    public void A_slow_key_blocks_no_other()
    {
        using var rest = new CountdownEvent(999);
        using var engine = new EngineWithoutKafka(2, record =>
        {
            if (record.Offset == 0)
            {
                rest.Wait();
            }
            else
            {
                rest.Signal();
            }

            return ValueTask.FromResult(Settlement.Settled);
        });

        engine.Run(records: 1_000, keyOf: static offset => "k" + (offset == 0 ? 0 : 1 + (offset % 50)), Deadline);

        Assert.Equal(1_000, engine.Settled);
    }

    [Fact]
    public void Handlers_start_only_on_threads_of_ours()
    {
        var foreign = 0;
        using var engine = new EngineWithoutKafka(4, async record =>
        {
            if (Thread.CurrentThread.IsThreadPoolThread)
            {
                Interlocked.Increment(ref foreign);
            }

            await Task.Yield();
            return Settlement.Settled;
        });

        engine.Run(records: 2_000, keyOf: static offset => "k" + (offset % 20), Deadline);

        Assert.Equal(0, foreign);
    }

    [Fact]
    public void What_a_handler_leaves_in_async_local_values_does_not_meet_the_next_record()
    {
        var (local, leaked) = (new AsyncLocal<string?>(), 0);
        using var engine = new EngineWithoutKafka(2, record =>
        {
            leaked += local.Value is null ? 0 : 1;
            local.Value = "left behind";
            return ValueTask.FromResult(Settlement.Settled);
        });

        engine.Run(records: 200, keyOf: static offset => "k" + (offset % 5), Deadline);

        Assert.Equal(0, leaked);
    }

    /// <summary>Scheduler, tracker and workers, fed by a loop that makes its records up.</summary>
    private sealed class EngineWithoutKafka : IDisposable
    {
        private readonly Keys _keys = new();
        private readonly AutoResetEvent _signal = new(false);
        private readonly WorkerPool _workers;
        private readonly RecordPool _records = new(static _ => { });
        private readonly LaneScheduler _scheduler;
        private readonly AssignedPartition _partition = new("orders", 0, 0, -1);

        public EngineWithoutKafka(int workers, RecordDelegate handle)
        {
            _workers = new(handle, workers, new(() => _signal.Set()), "test");
            _scheduler = new(Ordering.ByKey, _workers, _records, TimeProvider.System);
        }

        public long Settled => _scheduler.Settled;

        public int Threads => _workers.Threads;

        public void Run(int records, Func<long, string> keyOf, CancellationToken deadline)
        {
            for (var next = 0; _partition.Tracker.Watermark < records;)
            {
                deadline.ThrowIfCancellationRequested();
                for (var quota = 0; next < records && _partition.Buffered < 1_000 && quota < 200; quota++, next++)
                {
                    Add(next, keyOf(next));
                }

                _scheduler.TakeReports();
                _scheduler.Unpark();
                _scheduler.HandOut();
                _partition.Tracker.Advance(_records.Pass);
                _workers.Tend();
                _signal.WaitOne(_workers.IsStarved ? 1 : 5);
                Assert.Null(_scheduler.Failure);
            }

            // The watermark may be ahead of the reports.
            while (_records.Held > 0)
            {
                deadline.ThrowIfCancellationRequested();
                _scheduler.TakeReports();
            }
        }

        public void Dispose()
        {
            _workers.Stop();
            _keys.Dispose();
            _partition.Dispose();
        }

        private void Add(long offset, string key)
        {
            var record = _records.Rent();
            record.Record.Place("orders", 0, offset, 0, -1);
            _keys.Point(record, Encoding.UTF8.GetBytes(key));
            _partition.Tracker.Add(record);
            _scheduler.Add(_partition, record);
        }
    }
}
