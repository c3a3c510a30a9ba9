using System.Collections.Concurrent;
using System.Diagnostics;
using Headrace.Benchmarks.Brokers;
using Headrace.Benchmarks.Scheduling;

namespace Headrace.Benchmarks.Membership;

/// <summary>Three static members are restarted one after the other under load: what is repeated, and how long a partition of the others stands still.</summary>
internal static class RollingBenchmark
{
    private const int Partitions = 12;
    private const int Members = 3;
    private const int PerSecond = 4_000;
    private static readonly TimeSpan Down = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Benchmark Create() => new(
        "rolling",
        "three static members restarted one after the other under load",
        [new("headrace", Target.Chosen, RunAsync)])
    {
        ComparesCases = false,
        Conditions =
        [
            $"{Partitions} partitions, {PerSecond:#,0} records/s over 1,000 keys; each member is stopped, is away for {Down.TotalSeconds:0} s, and starts again with its instance id",
            "idle: the longest time between two records of a partition whose member was not the one that restarted",
        ],
    };

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string prepared)
    {
        var topic = await Topics.CreateAsync(kafka, Partitions);
        var log = new ConcurrentQueue<(int Member, int Partition, long Offset, long Time)>();
        RecordConsumer Create(int number) => Member.Create(kafka, topic, $"group-{topic}", 8, record =>
        {
            log.Enqueue((number, record.Partition, record.Offset, Stopwatch.GetTimestamp()));
            return new(Settlement.Settled);
        }, $"member-{number}");

        var members = Enumerable.Range(0, Members).Select(Create).ToList();
        members.ForEach(static member => member.Start());
        while (members.Sum(static member => member.Snapshot().Partitions.Count) < Partitions || members.Any(static member => member.Snapshot().Partitions.Count == 0))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        using var stop = new CancellationTokenSource();
        var producing = PacedLoad.Start(kafka, topic, PerSecond, stop.Token);
        await Task.Delay(Pause * 2, TimeProvider.System);
        var restarts = await RestartAllAsync(members);
        await stop.CancelAsync();
        var produced = await producing;
        await WaitForAllAsync(log, produced);
        foreach (var member in members)
        {
            await member.StopAsync(Member.Within(TimeSpan.FromSeconds(10)));
        }

        await Topics.DeleteAsync(kafka, topic);
        return Judge(log, restarts, produced);
    }

    private static async Task<List<(int Member, long From, long To)>> RestartAllAsync(List<RecordConsumer> members)
    {
        var restarts = new List<(int Member, long From, long To)>();
        for (var number = 0; number < Members; number++)
        {
            var from = Stopwatch.GetTimestamp();
            await members[number].StopAsync(Member.Within(TimeSpan.FromSeconds(10)));
            await Task.Delay(Down, TimeProvider.System);
            members[number].Start();
            while (members[number].Snapshot().Partitions.Count == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }

            restarts.Add((number, from, Stopwatch.GetTimestamp()));
            await Task.Delay(Pause, TimeProvider.System);
        }

        return restarts;
    }

    private static Dictionary<string, double> Judge(
        ConcurrentQueue<(int Member, int Partition, long Offset, long Time)> log, List<(int Member, long From, long To)> restarts, int produced)
    {
        var different = log.Select(static one => (one.Partition, one.Offset)).Distinct().Count();
        var longest = 0L;
        foreach (var (member, from, to) in restarts)
        {
            foreach (var partition in log.Where(one => one.Member != member && one.Time >= from && one.Time <= to).GroupBy(static one => one.Partition))
            {
                var times = partition.Select(static one => one.Time).Prepend(from).Append(to).Order().ToList();
                longest = Math.Max(longest, times.Zip(times.Skip(1), static (earlier, later) => later - earlier).Max());
            }
        }

        return new()
        {
            ["repeated"] = log.Count - different,
            ["lost"] = produced - different,
            ["longest idle, ms"] = longest * 1_000.0 / Stopwatch.Frequency,
            ["longest restart, ms"] = restarts.Max(static restart => Stopwatch.GetElapsedTime(restart.From, restart.To)).TotalMilliseconds,
            ["records"] = different,
        };
    }

    private static async Task WaitForAllAsync(ConcurrentQueue<(int Member, int Partition, long Offset, long Time)> log, int produced)
    {
        for (var i = 0; i < 100 && log.Count < produced; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
