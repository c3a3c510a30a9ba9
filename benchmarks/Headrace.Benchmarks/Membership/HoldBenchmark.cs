using System.Collections.Concurrent;
using Headrace.Benchmarks.Brokers;
using Headrace.Benchmarks.Scheduling;

namespace Headrace.Benchmarks.Membership;

/// <summary>A second member joins while records that are in flight take five more seconds: what the partitions that stay do meanwhile.</summary>
internal static class HoldBenchmark
{
    private const int Partitions = 12;
    private const int Workers = 100;
    private const int PerSecond = 2_400;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Benchmark Create() => new(
        "hold",
        "the rate of the partitions that a member keeps while its revoked ones are held for 5 s",
        [new("headrace", Target.Chosen, RunAsync)])
    {
        ComparesCases = false,
        Conditions =
        [
            $"{Partitions} partitions, {PerSecond:#,0} records/s over 1,000 keys, {Workers} workers; handlers await 8 ms, and one record of every partition awaits {Hold.TotalSeconds:0} s",
            "measured from the moment at which the second member waits for its partitions to the end of the hold, against the three seconds before it came; 100 % is what arrives",
        ],
    };

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string prepared)
    {
        var topic = await Topics.CreateAsync(kafka, Partitions);
        var (handled, held, holds) = (new long[Partitions], new ConcurrentDictionary<int, bool>(), 0);
        async ValueTask<Settlement> HandleAsync(Record record)
        {
            var partition = record.Partition;
            await Task.Delay(Volatile.Read(ref holds) == 1 && held.TryAdd(partition, true) ? Hold : TimeSpan.FromMilliseconds(5), TimeProvider.System);
            Interlocked.Increment(ref handled[partition]);
            return Settlement.Settled;
        }

        var group = $"hold-{Guid.NewGuid():N}";
        await using var first = Member.Create(kafka, topic, group, Workers, HandleAsync);
        await using var second = Member.Create(kafka, topic, group, Workers, static _ => new(Settlement.Settled));
        using var stop = new CancellationTokenSource();
        await Member.StartAsync(first, Partitions);
        var producing = PacedLoad.Start(kafka, topic, PerSecond, stop.Token);
        await UntilAsync(() => handled.All(static count => count > 0));
        await Task.Delay(Before, TimeProvider.System);
        var before = new Interval(handled);
        await Task.Delay(Before, TimeProvider.System);
        before.End();

        Volatile.Write(ref holds, 1);
        await UntilAsync(() => held.Count == Partitions);
        var began = TimeProvider.System.GetTimestamp();
        second.Start();
        // Its first rebalance gives it nothing: the first member still has everything, and is asked for half.
        await UntilAsync(() => second.Snapshot().State == ConsumerState.Running);
        var meanwhile = new Interval(handled);
        await Task.Delay(Hold - TimeProvider.System.GetElapsedTime(began) - Step, TimeProvider.System);
        meanwhile.End();
        var wasHeld = second.Snapshot().Partitions.Count == 0;
        await UntilAsync(() => second.Snapshot().Partitions.Count > 0);
        await stop.CancelAsync();
        await producing;
        return !wasHeld ? throw new BenchmarkException("The revocation was not held.") : Compare(before, meanwhile, [.. first.Snapshot().Partitions.Select(static partition => partition.Partition)]);
    }

    private static Dictionary<string, double> Compare(Interval before, Interval meanwhile, List<int> kept) => new()
    {
        ["% of the rate before"] = 100 * meanwhile.RateOf(kept) / before.RateOf(kept),
        ["records/s before"] = before.RateOf(kept),
        ["records/s meanwhile"] = meanwhile.RateOf(kept),
        ["partitions kept"] = kept.Count,
        ["measured for, s"] = meanwhile.Time.TotalSeconds,
    };

    private static async Task UntilAsync(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new BenchmarkException($"What was waited for did not come within {Patience.TotalSeconds:0} s.");
            }

            await Task.Delay(Step, TimeProvider.System);
        }
    }

    /// <summary>What was handled in a time.</summary>
    private sealed class Interval(long[] handled)
    {
        private readonly long[] _from = [.. handled];
        private readonly long _began = TimeProvider.System.GetTimestamp();
        private long[] _to = [];

        public TimeSpan Time { get; private set; }

        public void End() => (_to, Time) = ([.. handled], TimeProvider.System.GetElapsedTime(_began));

        public double RateOf(List<int> partitions) => partitions.Sum(partition => _to[partition] - _from[partition]) / Time.TotalSeconds;
    }
}
