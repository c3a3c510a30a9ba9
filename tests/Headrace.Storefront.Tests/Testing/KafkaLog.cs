using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Headrace.Storefront.Tests.Testing;

/// <summary>What is in Kafka, as another client sees it.</summary>
internal sealed class KafkaLog(string address)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A record of a topic.</summary>
    public sealed record Entry(string Topic, int Partition, long Offset, string? Key, string? Value, IReadOnlyDictionary<string, string> Headers);

    /// <summary>All records that a topic has now, by partition and offset; none where there is no such topic.</summary>
    public IReadOnlyList<Entry> Read(string topic)
    {
        using var consumer = Open("headrace-storefront-tests-reader");
        var ends = Ends(consumer, topic);
        consumer.Assign(ends.Where(end => end.Value.High > end.Value.Low).Select(end => new TopicPartitionOffset(end.Key, end.Value.Low)));
        var entries = new List<Entry>();
        for (var left = ends.Values.Sum(end => end.High.Value - end.Low.Value); left > 0; left--)
        {
            var record = consumer.Consume(Patience) ?? throw new TimeoutException($"{topic} did not give its records; {left} of them are missing.");
            entries.Add(new(record.Topic, record.Partition, record.Offset, Text(record.Message.Key), Text(record.Message.Value),
                record.Message.Headers.ToLookup(header => header.Key).ToDictionary(header => header.Key, header => Text(header.Last().GetValueBytes()) ?? "")));
        }

        return [.. entries.OrderBy(entry => entry.Partition).ThenBy(entry => entry.Offset)];
    }

    /// <summary>How many records of these topics a group has not committed.</summary>
    public long Lag(string group, params string[] topics)
    {
        using var consumer = Open(group);
        var ends = topics.SelectMany(topic => Ends(consumer, topic)).ToDictionary();
        return consumer.Committed(ends.Keys, Patience).Sum(committed =>
            ends[committed.TopicPartition].High - (committed.Offset == Offset.Unset ? ends[committed.TopicPartition].Low : committed.Offset));
    }

    /// <summary>Takes a group's committed offsets away: an earlier run may have left some.</summary>
    public async Task ForgetGroupAsync(string group)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = address }).Build();
        try
        {
            await admin.DeleteGroupsAsync([group]);
        }
        catch (DeleteGroupsException error) when (error.Results.All(result => result.Error.Code is ErrorCode.GroupIdNotFound))
        {
            // There was none.
        }
    }

    /// <summary>How many records a topic ever had.</summary>
    public long Count(string topic)
    {
        using var consumer = Open("headrace-storefront-tests-reader");
        return Ends(consumer, topic).Values.Sum(end => end.High.Value);
    }

    /// <summary>Writes a record of a topic once more, with another value.</summary>
    public async Task RepeatAsync(string topic, Func<byte[], byte[]> value)
    {
        using var consumer = Open("headrace-storefront-tests-reader");
        consumer.Assign(Ends(consumer, topic).Where(end => end.Value.High > end.Value.Low).Select(end => new TopicPartitionOffset(end.Key, end.Value.Low)));
        var record = consumer.Consume(Patience) ?? throw new TimeoutException($"{topic} has no record.");
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = address }).Build();
        await producer.ProduceAsync(record.TopicPartition, new() { Key = record.Message.Key, Headers = record.Message.Headers, Value = value(record.Message.Value) });
    }

    private static Dictionary<TopicPartition, WatermarkOffsets> Ends(IConsumer<byte[], byte[]> consumer, string topic)
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        return admin.GetMetadata(Patience).Topics
            .Where(found => found.Topic == topic)
            .SelectMany(found => found.Partitions.Select(partition => new TopicPartition(topic, partition.PartitionId)))
            .ToDictionary(partition => partition, partition => consumer.QueryWatermarkOffsets(partition, Patience));
    }

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);

    private IConsumer<byte[], byte[]> Open(string group) => new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
    {
        BootstrapServers = address,
        GroupId = group,
        EnableAutoCommit = false,
        AllowAutoCreateTopics = false,
        FetchQueueBackoffMs = 10,
    }).Build();
}
