using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Headrace.Consuming;
using Outcome = Headrace.Consuming.Outcome;

namespace Headrace.Tests.Consuming;

public sealed class LaneSchedulerTests
{
    [Theory]
    [InlineData(Ordering.ByKey)]
    [InlineData(Ordering.ByPartition)]
    [InlineData(Ordering.Unordered)]
    public void Whatever_workers_do_nothing_is_lost_and_order_holds(Ordering ordering)
    {
        var steps = Gen.Choose(0, 9_999).ArrayOf(600);
        Prop.ForAll(steps.ToArbitrary(), seeds => new SchedulerModel(ordering).Run(seeds)).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    [Fact]
    public void A_parked_key_waits_alone_and_comes_back_first()
    {
        var model = new SchedulerModel(Ordering.ByKey);
        model.Arrive("a");
        model.Arrive("a");
        model.Arrive("b");
        model.HandOut();

        var (a, b) = (model.Claim(), model.Claim());
        model.Finish(a, Outcome.Retry, TimeSpan.FromSeconds(1));
        model.Finish(b, Outcome.Settled);
        model.HandOut();
        Assert.Null(model.TryClaim());

        model.Arrive("b");
        model.HandOut();
        Assert.Equal(3, model.Claim().Cursor.Offset);

        model.Clock.Advance(TimeSpan.FromSeconds(1));
        model.HandOut();
        var again = model.Claim();
        Assert.Equal(0, again.Cursor.Offset);
        Assert.Equal(1, again.Cursor.Record.Attempt);
    }

    [Fact]
    public void A_partition_that_closes_finishes_what_lies_before_what_was_begun_and_no_more()
    {
        var model = new SchedulerModel(Ordering.ByKey);
        foreach (var key in new[] { "a", "b", "c", "a", "b" })
        {
            model.Arrive(key);
        }

        model.HandOut();
        var (_, b) = (model.Claim(), model.Claim());
        Assert.True(b.TryBegin(b.Cursor.Offset));
        model.Scheduler.Close(model.Partition);
        Assert.Equal(2, model.Partition.ClosesAt);
        Assert.Equal(2, model.Partition.LaneCount);
        Assert.Null(model.TryClaim());
        Assert.False(b.TryBegin(4));
    }

    [Fact]
    public void A_partition_that_closes_waits_for_no_retry()
    {
        var model = new SchedulerModel(Ordering.ByKey);
        model.Arrive("a");
        model.Arrive("b");
        model.HandOut();
        var (a, b) = (model.Claim(), model.Claim());
        model.Finish(a, Outcome.Retry, TimeSpan.FromHours(1));
        model.HandOut();
        Assert.True(b.TryBegin(b.Cursor.Offset));
        model.Scheduler.Close(model.Partition);
        Assert.Equal(1, model.Partition.LaneCount);

        model.Finish(b, Outcome.Settled);
        model.HandOut();
        Assert.Equal(0, model.Partition.LaneCount);
        Assert.Equal(0, model.Records.Held);
        model.Partition.Tracker.Advance(model.Records.Pass);
        Assert.Equal(0, model.Partition.Tracker.Watermark);
    }

    [Fact]
    public void A_lost_partition_keeps_only_what_workers_hold()
    {
        var model = new SchedulerModel(Ordering.ByKey);
        model.Arrive("a");
        model.Arrive("b");
        model.HandOut();
        var held = model.Claim();
        model.Partition.IsLost = true;
        model.Scheduler.Close(model.Partition);
        Assert.Equal(1, model.Partition.LaneCount);
        Assert.Equal(1, model.Records.Held);

        model.Finish(held, Outcome.Abandoned);
        model.HandOut();
        Assert.Equal(0, model.Records.Held);
    }

    [Fact]
    public void A_handler_that_throws_is_remembered_and_its_record_is_never_passed()
    {
        var model = new SchedulerModel(Ordering.ByKey);
        model.Arrive("a");
        model.HandOut();
        var lane = model.Claim();
        lane.Cursor.Failure = new InvalidOperationException("no");
        model.Finish(lane, Outcome.Failed);
        model.HandOut();

        Assert.Equal(new RecordPosition("orders", 0, 0), model.Scheduler.Failure!.Value.Position);
        model.Partition.Tracker.Advance(model.Records.Pass);
        Assert.Equal(0, model.Partition.Tracker.Watermark);
    }

    /// <summary>The scheduler with workers that are steps of a test, checked against what each lane may do.</summary>
    private sealed class SchedulerModel
    {
        private readonly Ordering _ordering;
        private readonly Keys _keys = new();
        private readonly WorkerPool _workers;
        private readonly List<Lane> _running = [];
        private readonly Dictionary<string, long> _lastSettled = [];
        private readonly HashSet<long> _settled = [];
        private long _next;

        public SchedulerModel(Ordering ordering)
        {
            _ordering = ordering;
            _workers = new(static _ => default, 0, new(static () => { }), "test");
            Records = new(static _ => { });
            Scheduler = new(ordering, _workers, Records, Clock);
        }

        public ManualClock Clock { get; } = new();

        public RecordPool Records { get; }

        public LaneScheduler Scheduler { get; }

        public AssignedPartition Partition { get; } = new("orders", 0, 0, -1);

        public void Arrive(string? key)
        {
            var record = Records.Rent();
            record.Record.Place("orders", 0, _next++, 0, -1);
            _keys.Point(record, key is null ? null : Encoding.UTF8.GetBytes(key));
            Partition.Tracker.Add(record);
            Scheduler.Add(Partition, record);
        }

        public void HandOut()
        {
            Scheduler.TakeReports();
            Scheduler.Unpark();
            Scheduler.HandOut();
        }

        public Lane? TryClaim()
        {
            while (_workers.TryTakeLane(out var lane))
            {
                if (lane.TryClaim())
                {
                    return lane;
                }
            }

            return null;
        }

        public Lane Claim() => TryClaim() ?? throw new InvalidOperationException("No lane is ready.");

        /// <summary>Ends a chunk at its first record.</summary>
        public void Finish(Lane lane, Outcome outcome, TimeSpan delay = default)
        {
            var record = lane.Cursor;
            record.Delay = delay;
            record.EndsChunk = true;
            record.Outcome = outcome;
            _workers.Reports.Push(record, record);
        }

        public bool Run(int[] seeds)
        {
            foreach (var seed in seeds)
            {
                if (!Step(seed % 10, seed / 10))
                {
                    return false;
                }
            }

            return Drain() && _settled.Count == _next && Records.Held == 0 && Partition is { LaneCount: 0, Buffered: 0, BufferedBytes: 0, Tracker.Count: 0 };
        }

        private bool Step(int kind, int detail)
        {
            switch (kind)
            {
                case < 4:
                    Arrive(detail % 7 == 0 ? null : "k" + (detail % 6));
                    return true;
                case 4 or 5 when TryClaim() is { } lane:
                    _running.Add(lane);
                    return _running.Select(LaneName).Where(static name => name is not null).GroupBy(static name => name).All(static group => group.Count() == 1);
                case 6 or 7 when _running.Count > 0:
                    return Finish(_running[detail % _running.Count], detail);
                case 8:
                    Clock.Advance(TimeSpan.FromMilliseconds(detail % 20));
                    return true;
                default:
                    HandOut();
                    Partition.Tracker.Advance(Records.Pass);
                    return Partition.Tracker.Watermark <= Enumerable.Range(0, (int)_next + 1).First(offset => !_settled.Contains(offset));
            }
        }

        // A worker goes through its chunk: it settles some, and may stop at one.
        private bool Finish(Lane lane, int detail)
        {
            _running.Remove(lane);
            var (record, left) = (lane.Cursor, lane.Remaining);
            for (var i = 0; left > 0; i++, left--)
            {
                var (next, outcome) = (record.Next, (detail + i) % 11 == 0 ? Outcome.Retry : (detail + i) % 13 == 0 ? Outcome.HandedBack : Outcome.Settled);
                if (outcome == Outcome.Settled && !Settle(lane, record))
                {
                    return false;
                }

                record.Delay = TimeSpan.FromMilliseconds(5);
                record.EndsChunk = outcome == Outcome.Settled && detail % 5 == 0;
                record.Outcome = outcome;
                var ends = record.EndsChunk || outcome != Outcome.Settled;
                _workers.Reports.Push(record, record);
                if (ends)
                {
                    break;
                }

                record = next!;
            }

            return true;
        }

        private bool Settle(Lane lane, TrackedRecord record)
        {
            var inOrder = LaneName(lane) is not { } name || !_lastSettled.TryGetValue(name, out var last) || last < record.Offset;
            if (LaneName(lane) is { } known)
            {
                _lastSettled[known] = record.Offset;
            }

            return _settled.Add(record.Offset) && inOrder;
        }

        private string? LaneName(Lane lane) => _ordering switch
        {
            Ordering.ByPartition => "all",
            Ordering.ByKey when lane.Cursor.Record.HasKey => Encoding.UTF8.GetString(lane.Cursor.Record.Key),
            _ => null,
        };

        private bool Drain()
        {
            for (var turns = 0; turns < 10_000 && (Partition.LaneCount > 0 || _running.Count > 0); turns++)
            {
                HandOut();
                while (TryClaim() is { } lane)
                {
                    _running.Add(lane);
                }

                if (_running.Count > 0 && !Finish(_running[0], 1 + (turns % 2)))
                {
                    return false;
                }

                Clock.Advance(TimeSpan.FromMilliseconds(10));
            }

            HandOut();
            Partition.Tracker.Advance(Records.Pass);
            _keys.Dispose();
            return Partition.Tracker.Watermark == _next;
        }
    }
}
