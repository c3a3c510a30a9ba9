using Headrace.Benchmarks.Running;

namespace Headrace.Benchmarks.Brokers;

/// <summary>One and the same client on Apache Kafka and on the dev broker.</summary>
internal static class BrokerBenchmark
{
    private const int WarmUp = 100_000;

    // As many bytes of either would take too long of one, and too few of the other.
    private static readonly (int Size, int Count)[] Loads = [(100, 1_000_000), (1_000, 300_000)];

    private static readonly string[] Ours = ["dev-broker", "dev-broker-folder"];

    public static Benchmark Create() => new(
        "broker",
        "produce and consume records of 100 B and of 1 kB with one and the same client, on Apache Kafka and on the dev broker, in memory and in a folder",
        [new("apache-kafka", Target.ApacheKafka, RunAsync), new("dev-broker", Target.DevBroker, RunAsync), new("dev-broker-folder", Target.DevBrokerInFolder, RunAsync)])
    {
        Conditions =
        [
            $"Confluent.Kafka, {Topics.Partitions} partitions, 1,000 keys; {string.Join(", ", Loads.Select(load => $"{load.Count:#,0} records of {load.Size:#,0} B"))}",
            $"producer: {ClientSettings.Describe(ClientSettings.Producer(""))}",
            $"consumer: {ClientSettings.Describe(ClientSettings.Consumer("", ""))}",
        ],
        Goals =
        [
            .. from ours in Ours
               from load in Loads
               from metric in new[] { Metrics.Produced, Metrics.Consumed }
               select Goal.AtLeast(0.95, $"{ours} {Named(load.Size, metric)}, × kafka", value => Ratio(value, ours, Named(load.Size, metric))),
            .. from ours in Ours
               from load in Loads
               select Goal.AtMost(0.6, $"{ours} {Named(load.Size, Metrics.BrokerCpu)}, × kafka", value => Ratio(value, ours, Named(load.Size, Metrics.BrokerCpu))),
        ],
    };

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string prepared)
    {
        var measured = new Dictionary<string, double>();
        var cpu = new BrokerCpu(kafka);
        foreach (var (size, count) in Loads)
        {
            await PassAsync(kafka, WarmUp, size);
            var before = cpu.Seconds;
            var (produced, consumed) = await PassAsync(kafka, count, size);
            measured[Named(size, Metrics.Produced)] = count / produced.TotalSeconds;
            measured[Named(size, Metrics.Consumed)] = count / consumed.TotalSeconds;
            if (cpu.Seconds - before is { } spent)
            {
                measured[Named(size, Metrics.BrokerCpu)] = spent * 1_000_000 / count;
            }
        }

        return measured;
    }

    private static double Ratio(Func<string, string, double> value, string ours, string metric) => value(ours, metric) / value("apache-kafka", metric);

    private static string Named(int size, string metric) => $"{size:#,0} B: {metric}";

    private static async Task<(TimeSpan Produced, TimeSpan Consumed)> PassAsync(string kafka, int count, int size)
    {
        var value = new byte[size];
        new Random(1).NextBytes(value);
        var topic = await Topics.CreateAsync(kafka);
        var produced = PlainClient.Produce(kafka, topic, count, [value]);
        var consumed = PlainClient.Consume(kafka, topic, count);
        await Topics.DeleteAsync(kafka, topic);
        return (produced, consumed);
    }
}
