using Confluent.Kafka;

namespace Headrace.Benchmarks.Producing;

/// <summary>What both producers are given, value for value: what Headrace has by default, and a send queue that is never the limit.</summary>
internal static class ProduceSettings
{
    public static IReadOnlyDictionary<string, string> Of(string kafka) => new Dictionary<string, string>
    {
        ["bootstrap.servers"] = kafka,
        ["acks"] = "all",
        ["enable.idempotence"] = "true",
        ["partitioner"] = "murmur2_random",
        ["linger.ms"] = "5",
        ["queue.buffering.max.kbytes"] = "131072",
        ["queue.buffering.max.messages"] = "100000",
    };

    public static ProducerConfig Confluent(string kafka) => new(new Dictionary<string, string>(Of(kafka)));
}
