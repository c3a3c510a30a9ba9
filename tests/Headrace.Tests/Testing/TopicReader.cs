using System.Text;
using Confluent.Kafka;

namespace Headrace.Tests.Testing;

/// <summary>Reads a topic with another client than ours.</summary>
internal static class TopicReader
{
    public static IReadOnlyList<ConsumeResult<string?, string?>> ReadAll(
        KafkaUnderTest kafka, string topic, int partitions, IsolationLevel isolation = IsolationLevel.ReadUncommitted) =>
        ReadAll(kafka.Address, topic, partitions, isolation);

    public static IReadOnlyList<ConsumeResult<string?, string?>> ReadAll(string address, string topic, int partitions, IsolationLevel isolation)
    {
        using var consumer = new ConsumerBuilder<string?, string?>(new ConsumerConfig
        {
            BootstrapServers = address,
            GroupId = $"reader-{Guid.NewGuid():N}",
            EnablePartitionEof = true,
            FetchQueueBackoffMs = 10,
            IsolationLevel = isolation,
        }).SetKeyDeserializer(Text.Deserializer).SetValueDeserializer(Text.Deserializer).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var records = new List<ConsumeResult<string?, string?>>();
        for (var ends = 0; ends < partitions;)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException($"{topic} was not read to its end in 20 s.");
            if (result.IsPartitionEOF)
            {
                ends++;
            }
            else
            {
                records.Add(result);
            }
        }

        consumer.Close();
        return records;
    }

    private sealed class Text : IDeserializer<string?>
    {
        public static readonly Text Deserializer = new();

        public string? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : Encoding.UTF8.GetString(data);
    }
}
