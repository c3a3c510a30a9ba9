using Confluent.Kafka;

namespace Headrace.Benchmarks.Brokers;

/// <summary>The settings of the plain clients. Those that differ from the client library's defaults are printed with every run.</summary>
internal static class ClientSettings
{
    /// <summary>
    /// What every consumer here is given, ours too. With its default of 1,000 ms for the back-off a consumer that is fast sleeps most of the time, and
    /// a comparison would show nothing but that. The queue limits are the library's own, said because Headrace would choose smaller ones.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Fetching { get; } = new Dictionary<string, string>
    {
        ["fetch.queue.backoff.ms"] = "10",
        ["queued.min.messages"] = "100000",
        ["queued.max.messages.kbytes"] = "65536",
    };

    public static ProducerConfig Producer(string kafka) => new() { BootstrapServers = kafka, LingerMs = 5, Acks = Acks.All, QueueBufferingMaxMessages = 1_000_000 };

    public static ConsumerConfig Consumer(string kafka, string group) =>
        new(new Dictionary<string, string>(Fetching)) { BootstrapServers = kafka, GroupId = group, AutoOffsetReset = AutoOffsetReset.Earliest };

    public static string Describe(IEnumerable<KeyValuePair<string, string>> settings) =>
        string.Join(' ', settings.Where(setting => setting.Key is not ("bootstrap.servers" or "group.id")).Select(setting => $"{setting.Key}={setting.Value}"));
}
