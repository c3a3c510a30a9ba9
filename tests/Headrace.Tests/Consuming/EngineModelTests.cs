namespace Headrace.Tests.Consuming;

public sealed class EngineModelTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is { Length: > 0 };

    public static TheoryData<Ordering, BatchScope?, bool> Kinds()
    {
        var kinds = new TheoryData<Ordering, BatchScope?, bool>();
        foreach (var ordering in Enum.GetValues<Ordering>())
        {
            kinds.Add(ordering, null, true);
            foreach (var batches in new BatchScope?[] { null, BatchScope.Worker, BatchScope.Partition, BatchScope.Key })
            {
                kinds.Add(ordering, batches, false);
            }
        }

        return kinds;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Order_holds_and_nothing_is_lost_or_passed_whatever_happens(Ordering ordering, BatchScope? batches, bool isStretched)
    {
        // In the long run millions of steps for each kind, from other seeds every time; a failure names its seed.
        var (first, seeds) = IsLong ? (Environment.TickCount, 400) : (1, 12);
        for (var seed = first; seed < first + seeds; seed++)
        {
            try
            {
                using var model = new EngineModel(seed, ordering, batches, isStretched);
                model.Run(IsLong ? 10_000 : 3_000);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}, {ordering}, batches per {batches?.ToString() ?? "(none)"}{(isStretched ? ", stretched" : "")}: {failure.Message}", failure);
            }
        }
    }
}
