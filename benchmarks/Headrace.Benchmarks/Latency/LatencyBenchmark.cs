using Confluent.Kafka;
using Headrace.Benchmarks.Brokers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Benchmarks.Latency;

/// <summary>How long a record takes from the produce to the handler, one at a time, without lingering.</summary>
internal static class LatencyBenchmark
{
    private static readonly Dictionary<string, string> Produce = new() { ["acks"] = "all", ["enable.idempotence"] = "true", ["linger.ms"] = "0" };
    private static readonly Dictionary<string, string> Fetch = new() { ["fetch.wait.max.ms"] = "100", ["fetch.queue.backoff.ms"] = "10" };

    public static Benchmark Create() => new(
        "latency",
        $"from produce to handler, {Ping.Samples:#,0} records one at a time",
        [new("raw", Target.Chosen, RawAsync), new("headrace", Target.Chosen, HeadraceAsync)])
    {
        PrepareAsync = static (kafka, _, _) => Topics.CreateAsync(kafka, partitions: 1),
        Conditions =
        [
            $"producers: {ClientSettings.Describe(Produce)}; consumers: {ClientSettings.Describe(Fetch)}; one partition",
            "raw: Confluent.Kafka's Produce and a loop of Consume; headrace: RecordProducer.Produce and OnRecord of a consumer group",
        ],
    };

    private static async Task<IReadOnlyDictionary<string, double>> RawAsync(string kafka, string topic)
    {
        var ping = new Ping();
        using var stopping = new CancellationTokenSource();
        var config = new ConsumerConfig(new Dictionary<string, string>(Fetch)) { BootstrapServers = kafka, GroupId = $"raw-{Guid.NewGuid():N}", AutoOffsetReset = AutoOffsetReset.Latest };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(new Dictionary<string, string>(Produce)) { BootstrapServers = kafka }).Build();
        consumer.Subscribe(topic);
        while (consumer.Assignment.Count == 0)
        {
            consumer.Consume(TimeSpan.FromMilliseconds(100));
        }

        var loop = Task.Run(() =>
        {
            while (!stopping.IsCancellationRequested)
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } result)
                {
                    ping.Arrived(result.Message.Value);
                }
            }
        });
        await Task.Delay(TimeSpan.FromSeconds(1));
        var values = await ping.RunAsync(value => producer.Produce(topic, new() { Value = value }, static _ => { }));
        await stopping.CancelAsync();
        await loop;
        consumer.Close();
        return values;
    }

    private static async Task<IReadOnlyDictionary<string, double>> HeadraceAsync(string kafka, string topic)
    {
        var ping = new Ping();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:kafka"] = kafka;
        builder.AddHeadrace("kafka").Configure(options =>
        {
            foreach (var (name, value) in Fetch)
            {
                options.Consumer[name] = value;
            }
        });
        using var host = builder.Build();
        var group = $"headrace-{Guid.NewGuid():N}";
        host.MapConsumerGroup(group).StartAt(StartPosition.Latest).MapTopic(topic).OnRecord((Record record) => ping.Arrived(record.Value));
        await host.StartAsync();
        var status = (HeadraceStatus)host.Services.GetService(typeof(HeadraceStatus))!;
        while (status.Groups()[0].Partitions.Count == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        await Task.Delay(TimeSpan.FromSeconds(1));
        await using var producer = new RecordProducer(new Dictionary<string, string>(Produce) { ["bootstrap.servers"] = kafka }, NullLoggerFactory.Instance);
        var values = await ping.RunAsync(value => producer.Produce(new(topic, RecordKey.None, value), static (_, _) => { }));
        await host.StopAsync();
        return values;
    }
}
