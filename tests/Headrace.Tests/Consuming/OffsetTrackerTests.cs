using FsCheck;
using FsCheck.Fluent;
using Headrace.Consuming;
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
                if (tracker.Watermark != expected || passed + tracker.Count != arrived.Count)
                {
                    return false;
                }
            }
        }

        return true;
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
