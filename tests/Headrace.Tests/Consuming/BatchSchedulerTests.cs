using System.Text;
using Headrace.Consuming;

namespace Headrace.Tests.Consuming;

public sealed class BatchSchedulerTests : IDisposable
{
    private readonly Keys _keys = new();
    private readonly ManualClock _clock = new();
    private readonly WorkerPool _workers = new(static _ => default, 0, new(static () => { }), "test");
    private readonly RecordPool _records = new(static _ => { });
    private readonly AssignedPartition _partition = new("views", 0, 0, -1);
    private readonly AssignedPartition _other = new("views", 1, 0, -1);
    private readonly List<string> _handled = [];
    private LaneScheduler _scheduler = null!;
    private int _arrived;
    private Action<RecordBatch> _judge = static _ => { };

    [Fact]
    public void A_full_batch_is_handed_out_at_once_and_the_rest_waits_no_longer_than_it_may()
    {
        Begin(size: 3);
        foreach (var key in new[] { "a", "b", "a", "b", "c" })
        {
            Arrive(key);
        }

        Turn();
        Assert.Equal(["0 2 1"], _handled);
        Assert.Equal(_clock.GetTimestamp() + TimeSpan.FromSeconds(2).Ticks, _scheduler.NextDue);

        _clock.Advance(TimeSpan.FromMilliseconds(1_999));
        Turn();
        Assert.Single(_handled);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Turn();
        Assert.Equal(["0 2 1", "4 3"], _handled);
        Assert.Equal(long.MaxValue, _scheduler.NextDue);
    }

    [Theory]
    [InlineData(BatchScope.Worker, "0 1 2 3")]
    [InlineData(BatchScope.Partition, "0 1 3", "2")]
    [InlineData(BatchScope.Key, "0 3", "1", "2")]
    public void A_batch_holds_what_may_be_together(BatchScope scope, params string[] batches)
    {
        Begin(size: 10, scope);
        Arrive("a");
        Arrive("b");
        Arrive("a", _other);
        Arrive("a");
        Turn();
        _clock.Advance(TimeSpan.FromSeconds(2));
        Turn();

        Assert.Equal(batches.Select(Sorted).Order(), _handled.Select(Sorted).Order());

        static string Sorted(string batch) => string.Join(' ', batch.Split(' ').Order());
    }

    [Fact]
    public void A_batch_that_cannot_grow_does_not_wait()
    {
        Begin(size: 100);
        Arrive("a");
        Arrive("b");
        Turn();
        _scheduler.NoRoom(_partition);
        Turn();

        Assert.Equal(["0 1"], _handled);
    }

    [Fact]
    public void A_record_that_comes_again_comes_alone_and_the_rest_of_its_batch_is_settled()
    {
        Begin(size: 3);
        _judge = static batch =>
        {
            if (batch[0].LeaderEpoch == 0)
            {
                batch.Settle(1, Settlement.RetryAfter(TimeSpan.FromSeconds(5)));
            }
        };
        Arrive("a");
        Arrive("a");
        Arrive("a");
        Turn();
        Assert.Equal((2, 1), (_scheduler.Settled, _partition.Tracker.Watermark));

        Arrive("b");
        Arrive("b");
        Arrive("b");
        _clock.Advance(TimeSpan.FromSeconds(5));
        Turn();
        Assert.Equal(["0 1 2", "1", "3 4 5"], _handled);
        Assert.Equal((6, 0), (_partition.Tracker.Watermark, _records.Held));
    }

    [Fact]
    public void A_partition_that_is_given_up_takes_its_records_out_of_what_waits_and_leaves_the_others()
    {
        Begin(size: 4);
        Arrive("a");
        Arrive("a", _other);
        Arrive("b");
        Tick();
        _scheduler.Close(_partition);
        Assert.Equal((0, 1), (_partition.LaneCount, _records.Held));

        _clock.Advance(TimeSpan.FromSeconds(2));
        Turn();
        Assert.Equal(["1"], _handled);
        Assert.Equal(0, _partition.Tracker.Watermark);
    }

    [Fact]
    public void A_batch_that_no_worker_has_begun_is_put_together_anew_without_the_partition_that_is_given_up()
    {
        Begin(size: 3);
        Arrive("a");
        Arrive("a", _other);
        Arrive("b");
        Tick();
        _scheduler.Close(_partition);
        Turn();
        Assert.Empty(_handled);

        _clock.Advance(TimeSpan.FromSeconds(2));
        Turn();
        Assert.Equal(["1"], _handled);
        Assert.Equal(0, _records.Held);
    }

    [Fact]
    public void A_batch_that_threw_stops_the_consumer_with_nothing_of_it_settled()
    {
        Begin(size: 2);
        _judge = static _ => throw new InvalidOperationException("no");
        Arrive("a");
        Arrive("b");
        Turn();

        Assert.Equal("no", _scheduler.Failure!.Value.Failure.Message);
        Assert.Equal((0, 0), (_partition.Tracker.Watermark, _records.Held));
    }

    public void Dispose()
    {
        _keys.Dispose();
        _partition.Dispose();
        _other.Dispose();
    }

    private void Begin(int size, BatchScope scope = BatchScope.Worker)
    {
        var rule = new BatchRule { Size = size, Within = TimeSpan.FromSeconds(2), Scope = scope, Handle = HandleAsync };
        _scheduler = new(Ordering.ByKey, _workers, _records, _clock, new(_ => rule, _workers, _clock));
    }

    private ValueTask HandleAsync(RecordBatch batch)
    {
        _handled.Add(string.Join(' ', batch.Tracked.Select(static record => record.Record.LeaderEpoch)));
        _judge(batch);
        return default;
    }

    // The record's number stands in its leader epoch: offsets are of their partition.
    private void Arrive(string key, AssignedPartition? partition = null)
    {
        partition ??= _partition;
        var record = _records.Rent();
        record.Record.Place("views", partition.Partition, partition.Tracker.Next, 0, _arrived++);
        record.Record.Cancellation = partition.Lost;
        _keys.Point(record, Encoding.UTF8.GetBytes(key));
        partition.Tracker.Add(record);
        _scheduler.Add(partition, record);
    }

    private void Tick()
    {
        _scheduler.TakeReports();
        _scheduler.Unpark();
        _scheduler.HandOut();
    }

    private void Turn()
    {
        Tick();
        while (_workers.TryTakeLane(out var lane))
        {
            if (lane.TryClaim())
            {
                Assert.True(lane.Carried!.Run(_workers));
            }
        }

        _scheduler.TakeReports();
        _partition.Tracker.Advance(_records.Pass);
        _other.Tracker.Advance(_records.Pass);
    }
}
