using System.Diagnostics;
using System.Net.Sockets;
using Confluent.Kafka;
using Headrace.Benchmarks.Running;

namespace Headrace.Benchmarks.Brokers;

/// <summary>How long a broker's process takes until it is of use: with nothing, and with a gigabyte that it finds in its folder.</summary>
internal static class BrokerStartBenchmark
{
    private const int RecordSize = 1_000;
    private const int Records = 1_100_000;

    // ApiVersions v0, as every client's first request, without its client id.
    private static readonly byte[] FirstRequest = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255];

    public static Benchmark Create() => new(
        "broker-start",
        $"the dev broker's process from its start to its first answer and to the first record through it; the same with {Records:#,0} records of {RecordSize:#,0} B in its folder, closed in order and killed",
        [new("dev-broker", Target.DevBroker, RunAsync)])
    {
        ComparesCases = false,
        Conditions = ["record: produced, acknowledged and consumed with Confluent.Kafka, in a process that did so before; with 1 GB: a record is read, in a new broker process each time"],
        Goals =
        [
            Goal.AtMost(0.3, Metrics.FirstRecord, value => value("dev-broker", Metrics.FirstRecord)),
            Goal.AtMost(2, Metrics.ClosedRestart, value => value("dev-broker", Metrics.ClosedRestart)),
            Goal.AtMost(2, Metrics.KilledRestart, value => value("dev-broker", Metrics.KilledRestart)),
        ],
    };

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string prepared)
    {
        // What the client's own code costs the first time is not the broker's.
        await StartAsync();
        var (answer, record) = await StartAsync();
        var folder = Directory.CreateTempSubdirectory("headrace-broker").FullName;
        try
        {
            var topic = await FillAsync(folder);
            var closed = await RestartAsync(folder, topic, kill: true);
            var killed = await RestartAsync(folder, topic, kill: false);
            return new Dictionary<string, double>
            {
                [Metrics.FirstAnswer] = answer.TotalSeconds,
                [Metrics.FirstRecord] = record.TotalSeconds,
                [Metrics.ClosedRestart] = closed.TotalSeconds,
                [Metrics.KilledRestart] = killed.TotalSeconds,
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(TimeSpan Answer, TimeSpan Record)> StartAsync()
    {
        var started = Stopwatch.GetTimestamp();
        await using var broker = await DevBrokerProcess.StartAsync(inFolder: false, CancellationToken.None);
        await AskAsync(broker.Address);
        var answer = Stopwatch.GetElapsedTime(started);
        using var producer = new ProducerBuilder<byte[], byte[]>(ClientSettings.Producer(broker.Address)).Build();
        var stored = await producer.ProduceAsync("first", new Message<byte[], byte[]> { Value = [1] });
        return (answer, Stopwatch.GetElapsedTime(started, Take(broker.Address, stored.TopicPartitionOffset)));
    }

    private static async Task<string> FillAsync(string folder)
    {
        await using var broker = await DevBrokerProcess.StartAsync(folder, CancellationToken.None);
        var topic = await Topics.CreateAsync(broker.Address);
        PlainClient.Produce(broker.Address, topic, Records, [new byte[RecordSize]]);
        return topic;
    }

    private static async Task<TimeSpan> RestartAsync(string folder, string topic, bool kill)
    {
        var started = Stopwatch.GetTimestamp();
        await using var broker = await DevBrokerProcess.StartAsync(folder, CancellationToken.None);
        await AskAsync(broker.Address);
        var took = Stopwatch.GetElapsedTime(started, Take(broker.Address, new TopicPartitionOffset(topic, 0, Offset.Beginning)));
        if (kill)
        {
            broker.Kill();
        }

        return took;
    }

    private static async Task AskAsync(string address)
    {
        var parts = address.Split(':');
        using var client = new TcpClient(parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
        await client.GetStream().WriteAsync(FirstRequest);
        await client.GetStream().ReadExactlyAsync(new byte[sizeof(int)]);
    }

    // When it came. Without commits, because a consumer that closes before it knows its coordinator waits up to 45 s for it, to commit.
    private static long Take(string address, TopicPartitionOffset place)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(ClientSettings.Consumer(address, "start")) { EnableAutoCommit = false }).Build();
        consumer.Assign(place);
        _ = consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new BenchmarkException($"{place} was not there.");
        var came = Stopwatch.GetTimestamp();
        consumer.Unassign();
        return came;
    }
}
