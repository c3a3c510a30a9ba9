using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Broker.Tests.Testing;

namespace Headrace.Broker.Tests.Clients;

/// <summary>The client that most .NET services use, the same on Apache Kafka.</summary>
public sealed class ConfluentTests : IAsyncLifetime
{
    private TestCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Records_come_back_as_they_were_produced_with_every_codec(CompressionType codec)
    {
        var topic = await _cluster.CreateTopicAsync();
        var values = Enumerable.Range(0, 500).Select(i => new string((char)('a' + (i % 26)), i)).ToList();
        using (var producer = Producer(new ProducerConfig { CompressionType = codec, EnableIdempotence = true, LingerMs = 5 }))
        {
            var sent = values.Select((value, i) => producer.ProduceAsync(topic, new Message<string, string?>
            {
                Key = $"k{i}",
                Value = i == 7 ? null : value,
                Headers = [new Header("h", [1, 2, (byte)i])],
            }));
            var results = await Task.WhenAll(sent);
            Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), results.Select(result => result.Offset.Value).Order());
        }

        using var consumer = Consumer(topic, 0);
        var read = Read(consumer, 500);

        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), read.Select(one => one.Offset.Value));
        Assert.Equal(values.Where((_, i) => i != 7), read.Where(one => one.Message.Value is not null).OrderBy(one => int.Parse(one.Message.Key[1..])).Select(one => one.Message.Value));
        Assert.All(read, one => Assert.Equal([1, 2, (byte)int.Parse(one.Message.Key[1..])], one.Message.Headers.GetLastBytes("h")));
    }

    [Fact]
    public async Task A_group_reads_every_record_once_and_goes_on_where_it_left_off()
    {
        var topic = await _cluster.CreateTopicAsync(partitions: 3);
        var group = $"g-{Guid.NewGuid():N}";
        using var producer = Producer(new ProducerConfig());
        for (var half = 0; half < 2; half++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(i => producer.ProduceAsync(topic, new Message<string, string?> { Key = $"k{i}", Value = $"{half}" })));
            using var consumer = new ConsumerBuilder<string, string?>(new ConsumerConfig
            {
                BootstrapServers = _cluster.BootstrapServers,
                GroupId = group,
                AutoOffsetReset = AutoOffsetReset.Earliest,
                EnableAutoCommit = false,
                PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            }).Build();
            consumer.Subscribe(topic);
            var read = Read(consumer, 100);
            consumer.Commit();
            consumer.Close();

            Assert.All(read, one => Assert.Equal($"{half}", one.Message.Value));
            Assert.Equal(100, read.Select(one => one.Message.Key).Distinct().Count());
        }
    }

    [Fact]
    public async Task Offsets_are_found_by_time()
    {
        var topic = await _cluster.CreateTopicAsync();
        using var producer = Producer(new ProducerConfig { CompressionType = CompressionType.Gzip, LingerMs = 50 });
        var start = TimeProvider.System.GetUtcNow().AddMinutes(-10).ToUnixTimeMilliseconds();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => producer.ProduceAsync(
            new TopicPartition(topic, 0), new Message<string, string?> { Key = "k", Value = "v", Timestamp = new Timestamp(start + i * 1_000, TimestampType.CreateTime) })));

        using var consumer = Consumer(topic, 0);
        var partition = new TopicPartition(topic, 0);
        Assert.Equal(4, consumer.OffsetsForTimes([new(partition, new Timestamp(start + 3_500, TimestampType.CreateTime))], TimeSpan.FromSeconds(10))[0].Offset);
        Assert.Equal(Offset.End, consumer.OffsetsForTimes([new(partition, new Timestamp(start + 60_000, TimestampType.CreateTime))], TimeSpan.FromSeconds(10))[0].Offset);
        Assert.Equal((0L, 10L), consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10)) is var found ? (found.Low.Value, found.High.Value) : default);
    }

    [Fact]
    public async Task The_admin_client_does_its_work_and_does_not_abort_the_process()
    {
        var topic = $"t-{Guid.NewGuid():N}";
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _cluster.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 2, ReplicationFactor = 1, Configs = new() { ["retention.ms"] = "1000" } }]);
        await Assert.ThrowsAsync<CreateTopicsException>(() => admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 2, ReplicationFactor = 1 }]));
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 3 }]);
        await Eventually.TrueAsync("the topic has three partitions", async () =>
            (await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]))).TopicDescriptions[0].Partitions.Count == 3);

        var settings = await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }]);
        Assert.Equal("1000", settings[0].Entries["retention.ms"].Value);
        await admin.ListConsumerGroupsAsync();
        Assert.NotEmpty((await admin.DescribeClusterAsync()).Nodes);
        await Assert.ThrowsAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync([$"g-{Guid.NewGuid():N}"]));
        await admin.DeleteTopicsAsync([topic]);
    }

    private static List<ConsumeResult<string, string?>> Read(IConsumer<string, string?> consumer, int count)
    {
        var read = new List<ConsumeResult<string, string?>>();
        while (read.Count < count)
        {
            read.Add(consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException($"{read.Count} of {count} records came in 20 s."));
        }

        return read;
    }

    private IProducer<string, string?> Producer(ProducerConfig config)
    {
        config.BootstrapServers = _cluster.BootstrapServers;
        return new ProducerBuilder<string, string?>(config).SetValueSerializer(NullableText.Instance).Build();
    }

    private IConsumer<string, string?> Consumer(string topic, int partition)
    {
        var consumer = new ConsumerBuilder<string, string?>(new ConsumerConfig { BootstrapServers = _cluster.BootstrapServers, GroupId = "unused", EnableAutoCommit = false }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, partition, Offset.Beginning));
        return consumer;
    }

    private sealed class NullableText : ISerializer<string?>
    {
        public static readonly NullableText Instance = new();

        public byte[] Serialize(string? data, SerializationContext context) => data is null ? null! : System.Text.Encoding.UTF8.GetBytes(data);
    }
}
