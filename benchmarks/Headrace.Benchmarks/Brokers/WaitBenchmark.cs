using System.Diagnostics;
using Confluent.Kafka;

namespace Headrace.Benchmarks.Brokers;

/// <summary>How long a developer waits for a broker: for a record that somebody is polling for, and for a consumer that starts again.</summary>
internal static class WaitBenchmark
{
    private const int Records = 500;
    private const int Restarts = 5;

    public static Benchmark Create() => new(
        "waits",
        $"the median of {Records} records from producing to a consumer that waits for it, and of {Restarts} consumers from their start to a record, on Apache Kafka and on the dev broker",
        [new("apache-kafka", Target.ApacheKafka, RunAsync), new("dev-broker", Target.DevBroker, RunAsync), new("dev-broker-folder", Target.DevBrokerInFolder, RunAsync)])
    {
        Goals =
        [
            .. from ours in new[] { "dev-broker", "dev-broker-folder" }
               from goal in new[] { (Metric: Metrics.LongPoll, Limit: 2), (Metric: Metrics.Restart, Limit: 500) }
               select Goal.AtMost(goal.Limit, $"{ours} {goal.Metric}", value => value(ours, goal.Metric)),
        ],
    };

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string prepared)
    {
        var topic = await Topics.CreateAsync(kafka);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = kafka, LingerMs = 0 }).Build();
        var restarts = new List<double>();
        var waits = new List<double>();
        for (var i = 0; i < Restarts; i++)
        {
            await producer.ProduceAsync(topic, new Message<byte[], byte[]> { Value = [1] });
            var started = Stopwatch.GetTimestamp();
            using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(ClientSettings.Consumer(kafka, $"group-{topic}"))).Build();
            consumer.Subscribe(topic);
            Take(consumer);
            restarts.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            if (i == Restarts - 1)
            {
                for (var record = 0; record < Records; record++)
                {
                    waits.Add(await WaitAsync(producer, consumer, topic));
                }
            }

            consumer.Commit();
            consumer.Close();
        }

        await Topics.DeleteAsync(kafka, topic);

        // The first consumer of a group is not one that starts again.
        return new Dictionary<string, double> { [Metrics.LongPoll] = Median(waits), [Metrics.Restart] = Median(restarts.Skip(1)) };
    }

    private static async Task<double> WaitAsync(IProducer<byte[], byte[]> producer, IConsumer<byte[], byte[]> consumer, string topic)
    {
        var taken = Task.Run(() => Take(consumer));
        var produced = Stopwatch.GetTimestamp();
        await producer.ProduceAsync(topic, new Message<byte[], byte[]> { Value = [1] });
        return Stopwatch.GetElapsedTime(produced, await taken).TotalMilliseconds;
    }

    // When it came.
    private static long Take(IConsumer<byte[], byte[]> consumer) =>
        consumer.Consume(TimeSpan.FromSeconds(30)) is null ? throw new BenchmarkException("No record came for 30 s.") : Stopwatch.GetTimestamp();

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
