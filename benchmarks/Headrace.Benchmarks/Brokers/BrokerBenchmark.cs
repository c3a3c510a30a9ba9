namespace Headrace.Benchmarks.Brokers;

/// <summary>One and the same client on Apache Kafka and on the dev broker.</summary>
internal static class BrokerBenchmark
{
    private const int Count = 1_000_000;
    private const int WarmUp = 100_000;

    public static Benchmark Create() => new(
        "broker",
        $"produce and consume {Count:#,0} records of 100 B with one and the same client, on Apache Kafka and on the dev broker",
        [new("apache-kafka", Target.ApacheKafka, RunAsync), new("dev-broker", Target.DevBroker, RunAsync)])
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
        var (produced, consumed) = await PassAsync(kafka, Count);
        return new Dictionary<string, double>
        {
            [Metrics.RecordsPerSecond] = Count / (produced + consumed).TotalSeconds,
            [Metrics.Produced] = Count / produced.TotalSeconds,
            [Metrics.Consumed] = Count / consumed.TotalSeconds,
        };
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
