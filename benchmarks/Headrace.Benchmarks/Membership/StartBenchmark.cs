using System.Diagnostics;
using Confluent.Kafka;
using Headrace.Benchmarks.Brokers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Benchmarks.Membership;

/// <summary>From nothing to the first record in its handler, in a process that has not done it before and in one that has.</summary>
internal static class StartBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Benchmark Create() => new(
        "start",
        "from nothing to the first record in its handler",
        [new("plain client", Target.Chosen, PlainAsync), new("headrace", Target.Chosen, HeadraceAsync)])
    {
        PrepareAsync = FillAsync,
        Conditions =
        [
            "8 partitions with records, a new group every time; the same client settings as in 'consume'",
            "both in a .NET host, from its builder on; plain client: Confluent.Kafka, to the first record that it returns; headrace: to the first record in its handler",
            "first: in a fresh process, where code is compiled, too; again: the second time in the same process",
        ],
    };

    private static async Task<string> FillAsync(string kafka, Arguments arguments, CancellationToken cancellation)
    {
        var topic = await Topics.CreateAsync(kafka);
        await Task.Run(() => PlainClient.Produce(kafka, topic, 10_000, [new byte[16]]), cancellation);
        return topic;
    }

    private static async Task<IReadOnlyDictionary<string, double>> PlainAsync(string kafka, string topic) => Values(await PlainOnceAsync(kafka, topic), await PlainOnceAsync(kafka, topic));

    private static async Task<IReadOnlyDictionary<string, double>> HeadraceAsync(string kafka, string topic) => Values(await HeadraceOnceAsync(kafka, topic), await HeadraceOnceAsync(kafka, topic));

    private static Dictionary<string, double> Values(TimeSpan first, TimeSpan again) => new() { ["first, ms"] = first.TotalMilliseconds, ["again, ms"] = again.TotalMilliseconds };

    private static async Task<TimeSpan> PlainOnceAsync(string kafka, string topic)
    {
        var began = Stopwatch.GetTimestamp();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        using var host = builder.Build();
        await host.StartAsync();
        var elapsed = await Task.Run(() => ConsumeOne(kafka, topic, began));
        await host.StopAsync();
        return elapsed;
    }

    private static TimeSpan ConsumeOne(string kafka, string topic, long began)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(ClientSettings.Consumer(kafka, $"plain-{Guid.NewGuid():N}")).Build();
        consumer.Subscribe(topic);
        _ = consumer.Consume(Patience) ?? throw new BenchmarkException("No record came.");
        var elapsed = Stopwatch.GetElapsedTime(began);
        consumer.Close();
        return elapsed;
    }

    private static async Task<TimeSpan> HeadraceOnceAsync(string kafka, string topic)
    {
        var began = Stopwatch.GetTimestamp();
        var first = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Note(Record record) => first.TrySetResult(Stopwatch.GetElapsedTime(began));

        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:kafka"] = kafka;
        foreach (var (name, value) in ClientSettings.Fetching)
        {
            builder.Configuration[$"Kafka:Consumer:{name}"] = value;
        }

        builder.AddHeadrace("kafka");
        using var host = builder.Build();
        host.MapConsumerGroup($"headrace-{Guid.NewGuid():N}").MapTopic(topic).OnRecord(Note);
        await host.StartAsync();
        var elapsed = await first.Task.WaitAsync(Patience);
        await host.StopAsync();
        return elapsed;
    }
}
