using Headrace.Benchmarks.Running;

namespace Headrace.Benchmarks.Brokers;

/// <summary>One and the same client on Apache Kafka and on the dev broker.</summary>
internal static class BrokerBenchmark
{
    private const int Count = 1_000_000;
    private const int WarmUp = 100_000;

    public static Benchmark Create() => new(
        "broker",
        $"produce and consume {Count:#,0} records of 100 B with one and the same client, on Apache Kafka and on the dev broker, in memory and in a folder",
        [new("apache-kafka", Target.ApacheKafka, RunAsync), new("dev-broker", Target.DevBroker, RunAsync), new("dev-broker-folder", Target.DevBrokerInFolder, RunAsync)])
    {
        Conditions =
        [
            $"Confluent.Kafka, {Topics.Partitions} partitions, 1,000 keys",
            $"producer: {ClientSettings.Describe(ClientSettings.Producer(""))}",
            $"consumer: {ClientSettings.Describe(ClientSettings.Consumer("", ""))}",
        ],
    };

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string prepared)
    {
        await PassAsync(kafka, WarmUp);
        var cpu = new BrokerCpu(kafka);
        var before = cpu.Seconds;
        var (produced, consumed) = await PassAsync(kafka, Count);
        var measured = new Dictionary<string, double>
        {
            [Metrics.RecordsPerSecond] = Count / (produced + consumed).TotalSeconds,
            [Metrics.Produced] = Count / produced.TotalSeconds,
            [Metrics.Consumed] = Count / consumed.TotalSeconds,
        };
        if (cpu.Seconds - before is { } spent)
        {
            measured[Metrics.BrokerCpu] = spent * 1_000_000 / Count;
        }

        return measured;
    }

    private static async Task<(TimeSpan Produced, TimeSpan Consumed)> PassAsync(string kafka, int count)
    {
        var value = new byte[100];
        new Random(1).NextBytes(value);
        var topic = await Topics.CreateAsync(kafka);
        var produced = PlainClient.Produce(kafka, topic, count, [value]);
        var consumed = PlainClient.Consume(kafka, topic, count);
        await Topics.DeleteAsync(kafka, topic);
        return (produced, consumed);
    }
}
