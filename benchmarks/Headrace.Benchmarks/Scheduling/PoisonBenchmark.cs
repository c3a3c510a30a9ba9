using System.Diagnostics;
using Headrace.Benchmarks.Brokers;
using Headrace.Benchmarks.Consuming;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Benchmarks.Scheduling;

/// <summary>Whether keys that fail make the others wait: the rate of the healthy keys of a burst, with poison in it and without.</summary>
internal static class PoisonBenchmark
{
    private const int Count = 100_000;
    private const int Poisonous = 10_000;
    private const int Workers = 100;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static Benchmark Create() => new(
        "poison",
        $"the rate of healthy keys in a burst of {Count:#,0} records, {Poisonous:#,0} of them poison",
        [
            new("awaiting", Target.Chosen, static (kafka, topic) => RunAsync(kafka, topic, Delay)),
            new("at once", Target.Chosen, static (kafka, topic) => RunAsync(kafka, topic, TimeSpan.Zero)),
        ])
    {
        PrepareAsync = FillAsync,
        ComparesCases = false,
        Conditions =
        [
            $"1,000 keys, of which 100 fail always: at once, three tries 10 to 50 ms apart, then a dead letter; {Topics.Partitions} partitions, {Workers} workers, by key",
            "awaiting: a healthy record's handler awaits 8 ms; at once: it does next to nothing",
            $"the rate: {Count - Poisonous:#,0} records of the 900 healthy keys, from the first one's handler to the last one's end; without poison the 100 keys are handled like the others, in the same process, just before",
        ],
    };

    private static async Task<string> FillAsync(string kafka, Arguments arguments, CancellationToken cancellation)
    {
        var topic = await Topics.CreateAsync(kafka);
        await Task.Run(() => PlainClient.Produce(kafka, topic, Count, OrderJson.CreateSamples()), cancellation);
        return topic;
    }

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string topic, TimeSpan delay)
    {
        // Twice: what fails runs a tenth as often as what succeeds, so its code is compiled for good that much later.
        await RateAsync(kafka, topic, TimeSpan.Zero, isPoisoned: true);
        await RateAsync(kafka, topic, TimeSpan.Zero, isPoisoned: true);
        var healthy = await RateAsync(kafka, topic, delay, isPoisoned: false);
        var poisoned = await RateAsync(kafka, topic, delay, isPoisoned: true);
        return new Dictionary<string, double>
        {
            ["healthy records/s"] = poisoned,
            ["without poison"] = healthy,
            ["× without poison"] = poisoned / healthy,
        };
    }

    private static async Task<double> RateAsync(string kafka, string topic, TimeSpan delay, bool isPoisoned)
    {
        var (first, left, done) = (0L, Count - Poisonous, new TaskCompletionSource<TimeSpan>());
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:kafka"] = kafka;
        builder.AddHeadrace("kafka").UseJson(OrderJson.Default);
        using var host = builder.Build();
        host.MapConsumerGroup($"poison-{Guid.NewGuid():N}")
            .WithWorkers(Workers, Ordering.ByKey)
            .WithFailurePolicy(static policy => (policy.Attempts, policy.BackOff, policy.BackOffFactor) = (3, TimeSpan.FromMilliseconds(16), 2))
            .MapTopic(topic).On(async Task (Order order) =>
            {
                // Every tenth key: the sample of a key is always the same.
                var isHealthy = !order.CustomerId.EndsWith('0');
                if (!isHealthy && isPoisoned)
                {
                    throw new InvalidOperationException("Poison.");
                }

                _ = first != 0 ? 0 : Interlocked.CompareExchange(ref first, Stopwatch.GetTimestamp(), 0);
                if (delay > TimeSpan.Zero)
                {
                    await Task.Delay(delay, TimeProvider.System);
                }

                if (isHealthy && Interlocked.Decrement(ref left) == 0)
                {
                    done.SetResult(Stopwatch.GetElapsedTime(first));
                }
            });
        await host.StartAsync();
        var elapsed = await done.Task.WaitAsync(Patience);
        await host.StopAsync();
        return (Count - Poisonous) / elapsed.TotalSeconds;
    }
}
