using FsCheck;
using FsCheck.Fluent;
using Headrace.Consuming;
using Headrace.OffsetMaps;
using Outcome = Headrace.Consuming.Outcome;

namespace Headrace.Tests.Consuming;

public sealed class OffsetTrackerTests
{
    [Fact]
    public void The_watermark_is_always_that_of_a_naive_model()
    {
        var steps = Gen.Choose(0, 9).ArrayOf(400);
        Prop.ForAll(steps.ToArbitrary(), Holds).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public void Offsets_that_never_arrive_count_as_settled()
    {
        var tracker = new OffsetTracker(10);
        var (first, second) = (Arrive(tracker, 12), Arrive(tracker, 20));

        tracker.Advance(static _ => { });
        Assert.Equal(12, tracker.Watermark);
        first.Outcome = Outcome.Settled;
        tracker.Advance(static _ => { });
        Assert.Equal(20, tracker.Watermark);
        second.Outcome = Outcome.Settled;
        tracker.Advance(static _ => { });
        Assert.Equal(21, tracker.Watermark);
    }

    [Fact]
    public void The_fetcher_s_position_is_taken_only_when_nothing_is_unsettled()
    {
        var tracker = new OffsetTracker(0);
        var record = Arrive(tracker, 4);

        Assert.False(tracker.MoveTo(6));
        record.Outcome = Outcome.Settled;
        Assert.True(tracker.Advance(static _ => { }));
        Assert.True(tracker.MoveTo(6));
        Assert.Equal(6, tracker.Watermark);
        Assert.False(tracker.MoveTo(5));
        Assert.Equal(6, tracker.Watermark);
    }

    [Fact]
    public void A_record_that_was_there_before_is_refused()
    {
        var tracker = new OffsetTracker(5);
        Arrive(tracker, 7);

        Assert.False(tracker.Add(Placed(7)));
        Assert.False(tracker.Add(Placed(4)));
        Assert.Equal(1, tracker.Count);
    }

    [Fact]
    public void Behind_a_record_that_is_stuck_settled_ones_do_not_pile_up()
    {
        var (tracker, finished, most) = (new OffsetTracker(0), new OffsetRanges(), 0);
        var stuck = Arrive(tracker, 0);
        for (var offset = 1; offset < 100_000; offset++)
        {
            Arrive(tracker, offset, epoch: 7).Outcome = Outcome.Settled;
            tracker.Advance(static _ => { });
            most = Math.Max(most, tracker.Count);
        }

        tracker.Collect(finished);
        Assert.InRange(most, 1, 2_000);
        Assert.Equal([new(1, 100_000)], finished);
        Assert.Equal((0, 99_999, 7), (tracker.Watermark, tracker.HighestSettled(), tracker.LeaderEpoch));
        stuck.Outcome = Outcome.Settled;
        tracker.Advance(static _ => { });
        Assert.Equal(100_000, tracker.Watermark);
    }

    [Fact]
    public void What_an_earlier_owner_finished_is_passed_over_and_stays_in_the_map_until_it_is_met()
    {
        var ranges = new OffsetRanges();
        ranges.Append(11, 13);
        ranges.Append(20, 30);
        var tracker = new OffsetTracker(10, 4, new(ranges, 4, anyEpoch: false, new()));
        var first = Arrive(tracker, 10, epoch: 4);
        Assert.True(tracker.Finished!.Skips(11, 4));
        tracker.Skip(11);

        Assert.Equal([new(11, 13), new(20, 30)], Collected(tracker));
        first.Outcome = Outcome.Settled;
        tracker.Advance(static _ => { });
        Assert.Equal(12, tracker.Watermark);
        tracker.Skip(12);
        Assert.Equal(13, tracker.Watermark);
        Arrive(tracker, 13, epoch: 4);
        Assert.Equal([new(20, 30)], Collected(tracker));
        for (var offset = 20; offset < 30; offset++)
        {
            tracker.Skip(offset);
        }

        Assert.Null(tracker.Finished);
        Assert.Equal([new(14, 30)], Collected(tracker));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(-1, false)]
    public void A_finished_record_is_passed_over_only_if_its_epoch_is_known_and_not_above_the_map_s(int epoch, bool isSkipped)
    {
        var (ranges, status) = (new OffsetRanges(), new ConsumerStatus());
        ranges.Append(11, 20);
        var finished = new FinishedOffsets(ranges, 4, anyEpoch: false, status);

        Assert.True(finished.Skips(11, 4));
        Assert.Equal(isSkipped, finished.Skips(12, epoch));
        Assert.Equal(isSkipped ? 2 : 1, status.AlreadyFinished);

        // A log that was written anew from 12 on has nothing of the map from there on.
        Assert.Equal(isSkipped, finished.Skips(13, 4));
    }

    [Fact]
    public void The_epoch_of_a_commit_is_the_highest_that_the_watermark_has_passed()
    {
        var tracker = new OffsetTracker(0);
        var (old, young) = (Arrive(tracker, 0, epoch: 3), Arrive(tracker, 1, epoch: 4));

        old.Outcome = Outcome.Settled;
        tracker.Advance(static _ => { });
        Assert.Equal(3, tracker.LeaderEpoch);
        young.Outcome = Outcome.Settled;
        tracker.Advance(static _ => { });
        Assert.Equal(4, tracker.LeaderEpoch);
    }

    // 0–5: a record arrives, the next but that many; 6–8: one of the unsettled is settled; 9: the loop looks.
    private static bool Holds(int[] steps)
    {
        var random = new System.Random(steps.Length > 0 ? steps[0] * 31 + steps[^1] : 0);
        var tracker = new OffsetTracker(100);
        var (arrived, next, passed) = (new SortedDictionary<long, TrackedRecord>(), 100L, 0);
        foreach (var step in steps)
        {
            if (step <= 5)
            {
                arrived[next + step] = Arrive(tracker, next + step);
                next += step + 1;
            }
            else if (step <= 8)
            {
                var unsettled = arrived.Values.Where(static record => record.Outcome != Outcome.Settled).ToList();
                if (unsettled.Count > 0)
                {
                    unsettled[random.Next(unsettled.Count)].Outcome = Outcome.Settled;
                }
            }
            else
            {
                tracker.Advance(_ => passed++);
                var expected = arrived.Where(static pair => pair.Value.Outcome != Outcome.Settled).Select(static pair => pair.Key).FirstOrDefault(next);
                var finished = new OffsetRanges();
                tracker.Collect(finished);
                if (tracker.Watermark != expected || passed + tracker.Count != arrived.Count || !IsFinishedAbove(expected, next, arrived, finished))
                {
                    return false;
                }
            }
        }

        return true;
    }

    // What did not arrive between others never will.
    private static bool IsFinishedAbove(long watermark, long next, SortedDictionary<long, TrackedRecord> arrived, OffsetRanges finished)
    {
        for (var offset = watermark; offset < next + 2; offset++)
        {
            var isFinished = offset > watermark && offset < next && (!arrived.TryGetValue(offset, out var record) || record.Outcome == Outcome.Settled);
            if (finished.Contains(offset) != isFinished)
            {
                return false;
            }
        }

        return true;
    }

    private static OffsetRanges Collected(OffsetTracker tracker)
    {
        var finished = new OffsetRanges();
        tracker.Collect(finished);
        return finished;
    }

    private static TrackedRecord Arrive(OffsetTracker tracker, long offset, int epoch = -1)
    {
        var record = Placed(offset, epoch);
        Assert.True(tracker.Add(record));
        return record;
    }

    private static TrackedRecord Placed(long offset, int epoch = -1)
    {
        var record = new TrackedRecord();
        record.Record.Place("orders", 0, offset, 0, epoch);
        return record;
    }
}
