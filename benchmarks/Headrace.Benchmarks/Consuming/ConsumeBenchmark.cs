using Headrace.Benchmarks.Brokers;

namespace Headrace.Benchmarks.Consuming;

/// <summary>A backlog of small JSON messages, through a handler that does next to nothing: what is left is the cost of consuming.</summary>
internal static class ConsumeBenchmark
{
    public const int Count = 4_000_000;

    public static Benchmark Create() => new(
        "consume",
        $"consume a backlog of {Count:#,0} JSON records of 100 B, each handed to a handler",
        [
            new("plain-loop", Target.Chosen, PlainLoop.RunAsync),
            new("native-loop", Target.Chosen, NativeLoop.RunAsync),
            new("headrace", Target.Chosen, static (kafka, topic) => HeadraceGroup.RunAsync(kafka, topic, Count)),
        ])
    {
        PrepareAsync = FillAsync,
        Conditions =
        [
            $"{Topics.Partitions} partitions, 1,000 keys; source-generated System.Text.Json",
            $"plain-loop: Confluent.Kafka Consume<byte[], byte[]>; {ClientSettings.Describe(ClientSettings.Consumer("", ""))}",
            $"native-loop: librdkafka through Headrace's own binding, 512 records at a time, one thread, without a group; {ClientSettings.Describe(ClientSettings.Fetching)}",
            $"headrace: a consumer group with a typed handler, by key, as many workers as cores; {ClientSettings.Describe(ClientSettings.Fetching)}",
        ],
    };

    private static async Task<string> FillAsync(string kafka, Arguments arguments, CancellationToken cancellation)
    {
        var topic = await Topics.CreateAsync(kafka);
        await Task.Run(() => PlainClient.Produce(kafka, topic, Count, OrderJson.CreateSamples()), cancellation);
        return topic;
    }
}
