using System.Diagnostics;
using Headrace.Benchmarks.Brokers;

namespace Headrace.Benchmarks.Scheduling;

/// <summary>Handlers that await: how near the engine comes to what so many loops without Kafka and without order do.</summary>
internal static class SlowBenchmark
{
    private const int Count = 900_000;
    private const int Keys = 1_000;
    private const int LookAhead = 10_000;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(2.5);

    public static Benchmark Create() => new(
        "slow",
        "handlers that await 8 ms, by key, 10, 100 and 1,000 at once",
        [Case(10), Case(100), Case(1_000)])
    {
        PrepareAsync = FillAsync,
        ComparesCases = false,
        Conditions =
        [
            $"{Keys:#,0} random keys, {Topics.Partitions} partitions, a look-ahead of {LookAhead:#,0} records; Task.Delay(5 ms), which takes the time that the limit shows",
            "the limit: as many loops that await the same delay, in the same process, without Kafka, just before",
            $"the simulated limit: what random keys leave of it when one record of a key is handled at a time, out of {LookAhead:#,0}",
        ],
    };

    private static BenchmarkCase Case(int inFlight) => new($"{inFlight} at once", Target.Chosen, (kafka, topic) => RunAsync(kafka, topic, inFlight));

    private static async Task<string> FillAsync(string kafka, Arguments arguments, CancellationToken cancellation)
    {
        var topic = await Topics.CreateAsync(kafka);
        await Task.Run(() => PlainClient.Produce(kafka, topic, Count, [new byte[16]], PlainClient.RandomKeys(Keys, Count)), cancellation);
        return topic;
    }

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string topic, int inFlight)
    {
        var limit = await LimitAsync(inFlight);
        long handled = 0;
        await using var member = Member.Create(kafka, topic, $"slow-{Guid.NewGuid():N}", inFlight, async _ =>
        {
            await Task.Delay(Delay, TimeProvider.System);
            Interlocked.Increment(ref handled);
            return Settlement.Settled;
        });
        member.Start();
        while (Interlocked.Read(ref handled) == 0)
        {
            await Task.Delay(Delay, TimeProvider.System);
        }

        var rate = await RateAsync(() => Interlocked.Read(ref handled));
        var simulated = limit * Simulate(inFlight);
        return new Dictionary<string, double>
        {
            [Metrics.RecordsPerSecond] = rate,
            ["limit, records/s"] = limit,
            ["% of the limit"] = 100 * rate / limit,
            ["% of the simulated limit"] = 100 * rate / simulated,
        };
    }

    private static async Task<double> LimitAsync(int loops)
    {
        using var stop = new CancellationTokenSource();
        long done = 0;
        var running = Enumerable.Range(0, loops).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await Task.Delay(Delay, TimeProvider.System, CancellationToken.None);
                Interlocked.Increment(ref done);
            }
        })).ToList();
        var rate = await RateAsync(() => Interlocked.Read(ref done));
        await stop.CancelAsync();
        await Task.WhenAll(running);
        return rate;
    }

    private static async Task<double> RateAsync(Func<long> count)
    {
        await Task.Delay(WarmUp, TimeProvider.System);
        var (before, began) = (count(), Stopwatch.GetTimestamp());
        await Task.Delay(Measured, TimeProvider.System);
        return (count() - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    // In steps of one delay: every key that has records ahead is handled once, at most so many at a time.
    private static double Simulate(int inFlight)
    {
        const int Steps = 2_000;
        var (random, ahead, total, handled) = (new Random(1), new int[Keys], 0, 0L);
        for (var step = 0; step < Steps; step++)
        {
            for (; total < LookAhead; total++)
            {
                ahead[random.Next(Keys)]++;
            }

            var first = random.Next(Keys);
            for (var (i, running) = (0, 0); i < Keys && running < inFlight; i++)
            {
                if (ahead[(first + i) % Keys] > 0)
                {
                    ahead[(first + i) % Keys]--;
                    (total, handled, running) = (total - 1, handled + 1, running + 1);
                }
            }
        }

        return (double)handled / Steps / inFlight;
    }
}
