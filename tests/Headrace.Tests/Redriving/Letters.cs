using System.Globalization;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Redriving;

/// <summary>A dead-letter topic with letters that were not worth a handler that fails.</summary>
internal sealed class Letters : IAsyncDisposable
{
    private readonly KafkaUnderTest _kafka;

    private Letters(KafkaUnderTest kafka, string origin, string group)
    {
        (_kafka, Origin, Group) = (kafka, origin, group);
        Service = new(kafka.ClientSettings, NullLoggerFactory.Instance);
    }

    public string Origin { get; }

    public string Group { get; }

    public string Topic => $"{Origin}.{Group}.dlt";

    public DeadLetters Service { get; }

    public static async Task<Letters> CreateAsync(KafkaUnderTest kafka, int partitions = 3)
    {
        var letters = new Letters(kafka, await kafka.CreateTopicAsync(partitions), kafka.NewName("g"));
        using var admin = new ClusterAdmin(kafka.ClientSettings, NullLoggerFactory.Instance);
        await admin.CreateTopicsAsync([new(letters.Topic, partitions), new($"{letters.Origin}.{letters.Group}.redrive", partitions)], TestContext.Current.CancellationToken);
        return letters;
    }

    /// <summary>Writes letters of the origin's offsets, in order.</summary>
    public async Task WriteAsync(IEnumerable<int> offsets, Func<int, string>? exception = null, Func<int, string>? key = null, int partitions = 3)
    {
        await using var producer = new RecordProducer(_kafka.ClientSettings, NullLoggerFactory.Instance);
        await producer.ProduceManyAsync([.. offsets.Select(offset => Letter(offset, exception?.Invoke(offset) ?? "Shop.NoMoneyException", key?.Invoke(offset) ?? $"k-{offset % 10}", offset % partitions))]);
    }

    /// <summary>Writes what becomes of a redriven copy that fails again.</summary>
    public async Task WriteAgainAsync(int offset, int redrives)
    {
        await using var producer = new RecordProducer(_kafka.ClientSettings, NullLoggerFactory.Instance);
        var letter = Letter(offset, "Shop.NoMoneyException", "k", offset % 3);
        var headers = new RecordHeaders { ["headrace-redrives"] = redrives.ToString(CultureInfo.InvariantCulture) };
        headers.AddRange(letter.Headers!);
        await producer.ProduceAsync(letter with { Headers = headers }, TestContext.Current.CancellationToken);
    }

    public IEnumerable<string> Headers(string topic, string name) =>
        TopicReader.ReadAll(_kafka, topic, 3, Confluent.Kafka.IsolationLevel.ReadCommitted)
            .Select(record => System.Text.Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(name)));

    /// <summary>What is in a topic for those who read what is committed: key and value.</summary>
    public IReadOnlyList<(string? Key, string? Value)> Read(string topic, int partitions = 3) =>
        [.. TopicReader.ReadAll(_kafka, topic, partitions, Confluent.Kafka.IsolationLevel.ReadCommitted).Select(record => (record.Message.Key, record.Message.Value))];

    public ValueTask DisposeAsync()
    {
        Service.Dispose();
        return default;
    }

    private OutgoingRecord Letter(int offset, string exception, string key, int partition) => new(Topic, key, System.Text.Encoding.UTF8.GetBytes($"v-{offset}"))
    {
        Partition = partition,
        Headers = new()
        {
            ["tenant"] = offset % 2 == 0 ? "acme" : "other",
            ["headrace-origin-topic"] = Origin,
            ["headrace-origin-partition"] = partition.ToString(CultureInfo.InvariantCulture),
            ["headrace-origin-offset"] = offset.ToString(CultureInfo.InvariantCulture),
            ["headrace-group"] = Group,
            ["headrace-handler"] = "OrderPlaced",
            ["headrace-attempts"] = "3",
            ["headrace-last-failed-at"] = $"2026-01-02T03:04:{offset % 60:00}.000Z",
            ["headrace-exception-type"] = exception,
            ["headrace-exception-message"] = "too poor",
        },
    };
}
