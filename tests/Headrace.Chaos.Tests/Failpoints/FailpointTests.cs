using Headrace.Chaos.Members;

namespace Headrace.Chaos;

/// <summary><c>kill -9</c> while a failed record is on its way elsewhere.</summary>
public sealed class FailpointTests(ITestOutputHelper output)
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is { Length: > 0 };

    /// <summary>What becomes of the record, and the suffix of the topic at whose copies the process is killed. The plain suite has the first, at two failpoints; <c>./test --long</c> all, at every one twice.</summary>
    public static TheoryData<string, string> Ways => [.. new (string, string)[]
    {
        (nameof(FailureWay.DeadLetter), ".dlt"),
        (nameof(FailureWay.RetryTopic), ".retry.5s"),
        (nameof(FailureWay.OrderKept), ".parked"),
        (nameof(FailureWay.OrderKept), ".dlt"),
        (nameof(FailureWay.Transaction), ".dlt"),
    }.Take(IsLong ? int.MaxValue : 1)];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_kill_at_any_failpoint_loses_nothing_and_repeats_the_record_at_most_once(string wayName, string copies)
    {
        var way = Enum.Parse<FailureWay>(wayName);
        await using var run = await FailpointRun.StartAsync(way, copies);
        var kills = 0;
        for (var round = 0; round < (IsLong ? 2 : 1); round++)
        {
            foreach (var failpoint in IsLong ? Enum.GetValues<Failpoint>() : [Failpoint.AfterProduce, Failpoint.BeforeCommit])
            {
                await run.KillAtAsync(failpoint);
                kills++;
            }
        }

        AssertCopies(run, way, kills);
        var depth = await run.DepthAsync();
        Assert.Equal(way == FailureWay.RetryTopic ? 0 : kills, depth);
        Assert.Equal(Waiting(run, way), run.Produced.Except(run.Finished).Order());
        await run.HealAsync();
        await run.EndAsync();

        Assert.Empty(run.Produced.Except(run.Finished));
        AssertRepetitions(run, way);
        if (way == FailureWay.OrderKept)
        {
            Assert.All(run.Finished.Distinct().GroupBy(record => record.Key, record => record.Sequence), sequences => Assert.Equal(sequences.Order(), sequences));
        }

        output.WriteLine($"{way} {copies}: {kills} kills, {run.Produced.Count} records, {run.Begun.Values.Sum() - run.Produced.Count} handled again, {run.Copies().Values.Sum() - kills} copies twice.");
    }

    private static void AssertCopies(FailpointRun run, FailureWay way, int kills)
    {
        var seen = run.Copies();
        Assert.Equal(kills, seen.Count);
        Assert.All(seen, copies => Assert.InRange(copies.Value, 1, way == FailureWay.Transaction || copies.Key.EndsWith(nameof(Failpoint.BeforeProduce), StringComparison.Ordinal) ? 1 : 2));
    }

    // A record is on its way at one kill only. So at its origin it is begun once more at most, and of a second copy only a retry topic makes a second handling: a redrive counts the two as one.
    private static void AssertRepetitions(FailpointRun run, FailureWay way)
    {
        Assert.All(run.Failed.CountBy(static record => record), failed => Assert.InRange(failed.Value, 1, 2));
        Assert.All(run.Finished.CountBy(static record => record), finished => Assert.InRange(finished.Value, 1, IsPoison(finished.Key) && way != FailureWay.RetryTopic ? 1 : 2));
        Assert.All(run.Begun, begun => Assert.InRange(begun.Value, 1, !IsPoison(begun.Key) ? 2 : way == FailureWay.RetryTopic ? 4 : 3));
    }

    // What is not handled before somebody redrives: the dead, and with the order kept all behind them.
    private static IEnumerable<(string Key, long Sequence)> Waiting(FailpointRun run, FailureWay way) => way == FailureWay.RetryTopic ? [] : run.Produced
        .Where(record => IsPoison(record with { Sequence = 0 }) && (record.Sequence == 0 || way == FailureWay.OrderKept))
        .Order();

    private static bool IsPoison((string Key, long Sequence) record) => record.Sequence == 0 && record.Key.StartsWith(FailingMember.Poison, StringComparison.Ordinal);
}
