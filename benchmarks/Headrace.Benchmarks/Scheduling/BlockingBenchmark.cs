using System.Diagnostics;
using Headrace.Benchmarks.Brokers;

namespace Headrace.Benchmarks.Scheduling;

/// <summary>Handlers that block their thread, as much code does: how much longer they take than so many threads of one's own without Kafka.</summary>
internal static class BlockingBenchmark
{
    private const int Threads = 100;
    private const int Keys = 1_000;
    private const int MostMilliseconds = 5;

    public static Benchmark Create() => new(
        "blocking",
        "handlers that block for 0 to 5 ms, 100 at once, by key, 10,000 and 100,000 of them",
        [Case(10_000), Case(100_000)])
    {
        PrepareAsync = FillAsync,
        ComparesCases = false,
        Conditions =
        [
            $"one partition, {Keys:#,0} keys; Thread.Sleep of a whole number of milliseconds from 0 to {MostMilliseconds}, random but the same every time",
            $"the bare loop: {Threads} threads that sleep the same times, in the same process, without Kafka and without order, just before",
            "the time runs from the first handler's beginning to the last one's end; the last metric has the start of the consumer in it, too",
        ],
    };

    private static BenchmarkCase Case(int count) => new($"{count:#,0}", Target.Chosen, (kafka, topics) => RunAsync(kafka, topics.Split(',').Single(topic => topic.EndsWith($"={count}", StringComparison.Ordinal)).Split('=')[0], count));

    private static async Task<string> FillAsync(string kafka, Arguments arguments, CancellationToken cancellation)
    {
        var topics = new List<string>();
        foreach (var count in new[] { 10_000, 100_000 })
        {
            var topic = await Topics.CreateAsync(kafka, partitions: 1);
            await Task.Run(() => PlainClient.Produce(kafka, topic, count, [new byte[16]], PlainClient.RandomKeys(Keys, count)), cancellation);
            topics.Add($"{topic}={count}");
        }

        return string.Join(',', topics);
    }

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string topic, int count)
    {
        var random = new Random(2);
        var times = Enumerable.Range(0, count).Select(_ => random.Next(MostMilliseconds + 1)).ToArray();
        var bare = RunBare(times);

        var (first, left, done) = (0L, count, new TaskCompletionSource());
        await using var member = Member.Create(kafka, topic, $"blocking-{Guid.NewGuid():N}", Threads, record =>
        {
            _ = Interlocked.CompareExchange(ref first, Stopwatch.GetTimestamp(), 0);
            Block(times[record.Offset]);
            if (Interlocked.Decrement(ref left) == 0)
            {
                done.SetResult();
            }

            return new(Settlement.Settled);
        });
        var began = Stopwatch.GetTimestamp();
        member.Start();
        await done.Task;
        var (handling, whole) = (Stopwatch.GetElapsedTime(first), Stopwatch.GetElapsedTime(began));
        return new Dictionary<string, double>
        {
            ["handling, ms"] = handling.TotalMilliseconds,
            ["bare loop, ms"] = bare.TotalMilliseconds,
            ["× the bare loop"] = handling / bare,
            ["× with the start"] = whole / bare,
        };
    }

    private static TimeSpan RunBare(int[] times)
    {
        var next = -1;
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (var i = Interlocked.Increment(ref next); i < times.Length; i = Interlocked.Increment(ref next))
            {
                Block(times[i]);
            }
        })).ToList();
        var began = Stopwatch.GetTimestamp();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        return Stopwatch.GetElapsedTime(began);
    }

    // Blocking is what is measured.
#pragma warning disable RS0030
    private static void Block(int milliseconds) => Thread.Sleep(milliseconds);
#pragma warning restore RS0030
}
