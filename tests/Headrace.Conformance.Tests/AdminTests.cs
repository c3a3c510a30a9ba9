using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Conformance.Tests.Testing;

namespace Headrace.Conformance.Tests;

public sealed class AdminTests(Cluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Topics_are_made_grow_and_go()
    {
        var topic = await cluster.CreateTopicAsync(2);
        var again = await Assert.ThrowsAsync<CreateTopicsException>(() => cluster.Admin.CreateTopicsAsync([new TopicSpecification { Name = topic }]));
        Assert.Equal(ErrorCode.TopicAlreadyExists, again.Results[0].Error.Code);
        await cluster.Admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 5 }]);
        var fewer = await Assert.ThrowsAsync<CreatePartitionsException>(() => cluster.Admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 3 }]));
        Assert.Equal(ErrorCode.InvalidPartitions, fewer.Results[0].Error.Code);
        await Wait.UntilAsync("it has five partitions", async () =>
            (await cluster.Admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]))).TopicDescriptions[0].Partitions.Count == 5);

        await cluster.Admin.DeleteTopicsAsync([topic]);
        var gone = await Assert.ThrowsAsync<DeleteTopicsException>(() => cluster.Admin.DeleteTopicsAsync([topic]));
        Assert.Equal(ErrorCode.UnknownTopicOrPart, gone.Results[0].Error.Code);
    }

    [Theory]
    [InlineData(".", ErrorCode.TopicException)]
    [InlineData("a/b", ErrorCode.TopicException)]
    public async Task Bad_names_are_refused(string name, ErrorCode error)
    {
        var refused = await Assert.ThrowsAsync<CreateTopicsException>(() => cluster.Admin.CreateTopicsAsync([new TopicSpecification { Name = name }]));
        Assert.Equal(error, refused.Results[0].Error.Code);
    }

    [Fact]
    public async Task Settings_have_values_sources_and_limits()
    {
        var topic = await cluster.CreateTopicAsync(1, ("retention.ms", "1000"), ("cleanup.policy", "compact"));
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        await cluster.Admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [resource] =
            [
                new ConfigEntry { Name = "cleanup.policy", Value = "delete", IncrementalOperation = AlterConfigOpType.Append },
                new ConfigEntry { Name = "retention.ms", IncrementalOperation = AlterConfigOpType.Delete },
            ],
        });
        await Wait.UntilAsync("the setting is back to its default", async () => (await SettingsAsync(resource))["retention.ms"].IsDefault);
        var settings = await SettingsAsync(resource);

        Assert.Equal(("604800000", ConfigSource.DefaultConfig), (settings["retention.ms"].Value, settings["retention.ms"].Source));
        Assert.Equal(("compact,delete", ConfigSource.DynamicTopicConfig), (settings["cleanup.policy"].Value, settings["cleanup.policy"].Source));
        var refused = await Assert.ThrowsAsync<IncrementalAlterConfigsException>(() => cluster.Admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [resource] = [new ConfigEntry { Name = "retention.ms", Value = "soon", IncrementalOperation = AlterConfigOpType.Set }],
        }));
        Assert.Equal(ErrorCode.InvalidConfig, refused.Results[0].Error.Code);
    }

    [Fact]
    public async Task Records_are_deleted_up_to_an_offset()
    {
        var topic = await cluster.CreateTopicAsync();
        using var producer = cluster.Producer();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => producer.ProduceAsync(topic, new Message<string, string?> { Key = "k", Value = $"{i}" })));

        var deleted = await cluster.Admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 4)]);

        Assert.Equal(4, deleted[0].Offset.Value);
        using var reader = cluster.Reader(topic);
        Assert.Equal("4", Wait.ForRecords(reader, 1)[0].Message.Value);
        var beyond = await Assert.ThrowsAsync<DeleteRecordsException>(() => cluster.Admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 40)]));
        Assert.Equal(ErrorCode.OffsetOutOfRange, beyond.Results[0].Error.Code);
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task Groups_are_described_their_offsets_set_and_they_go(GroupProtocol protocol)
    {
        var topic = await cluster.CreateTopicAsync(2);
        var group = cluster.NewName("group");
        var consumer = cluster.Consumer(group, config => config.GroupProtocol = protocol);
        consumer.Subscribe(topic);
        await Wait.UntilAsync("the group is stable", async () =>
        {
            consumer.Consume(TimeSpan.Zero);
            var described = (await cluster.Admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions[0];
            return described.State == ConsumerGroupState.Stable && described.Members.Single().Assignment.TopicPartitions.Count == 2;
        });
        var busy = await Assert.ThrowsAsync<DeleteGroupsException>(() => cluster.Admin.DeleteGroupsAsync([group]));
        Assert.Equal(ErrorCode.NonEmptyGroup, busy.Results[0].Error.Code);
        consumer.Close();
        consumer.Dispose();

        List<TopicPartitionOffset> offsets = [new(topic, 0, 5), new(topic, 1, 6)];
        await cluster.Admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(group, offsets)]);
        Assert.Equal(offsets, (await cluster.Admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, null)]))[0].Partitions.Select(one => one.TopicPartitionOffset).OrderBy(one => one.Partition.Value));
        await cluster.Admin.DeleteConsumerGroupOffsetsAsync(group, [new TopicPartition(topic, 0)]);
        Assert.Equal(1, (await cluster.Admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, null)]))[0].Partitions.Single().Partition.Value);

        Assert.Contains((await cluster.Admin.ListConsumerGroupsAsync()).Valid, one => one.GroupId == group && one.State == ConsumerGroupState.Empty);
        await cluster.Admin.DeleteGroupsAsync([group]);
        Assert.DoesNotContain((await cluster.Admin.ListConsumerGroupsAsync()).Valid, one => one.GroupId == group);
        await Assert.ThrowsAsync<DeleteGroupsException>(() => cluster.Admin.DeleteGroupsAsync([group]));
    }

    [Fact]
    public async Task The_cluster_and_offsets_are_described()
    {
        var topic = await cluster.CreateTopicAsync();
        using var producer = cluster.Producer();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (value, age) in new[] { ("old", 2_000), ("newest", 0), ("late", 1_000) })
        {
            await producer.ProduceAsync(topic, new Message<string, string?> { Key = "k", Value = value, Timestamp = new Timestamp(now - age, TimestampType.CreateTime) });
        }

        var described = await cluster.Admin.DescribeClusterAsync();
        Assert.NotEmpty(described.ClusterId);
        Assert.Contains(described.Nodes, node => $"{node.Host}:{node.Port}" == cluster.Address);
        var offsets = new[] { OffsetSpec.Earliest(), OffsetSpec.Latest(), OffsetSpec.MaxTimestamp() };
        var found = new List<long>();
        foreach (var offset in offsets)
        {
            found.Add((await cluster.Admin.ListOffsetsAsync([new TopicPartitionOffsetSpec { TopicPartition = new(topic, 0), OffsetSpec = offset }])).ResultInfos[0].TopicPartitionOffsetError.Offset.Value);
        }

        Assert.Equal([0, 3, 1], found);
    }

    private async Task<Dictionary<string, ConfigEntryResult>> SettingsAsync(ConfigResource resource) => (await cluster.Admin.DescribeConfigsAsync([resource]))[0].Entries;

    [Fact]
    public async Task A_thousand_topics_are_made_written_read_and_deleted()
    {
        var prefix = cluster.NewName("thousand");
        var names = Enumerable.Range(0, 1_000).Select(i => $"{prefix}-{i}").ToList();
        var options = new CreateTopicsOptions { RequestTimeout = TimeSpan.FromSeconds(60), OperationTimeout = TimeSpan.FromSeconds(60) };
        await cluster.Admin.CreateTopicsAsync(names.Select(name => new TopicSpecification { Name = name, NumPartitions = 1, ReplicationFactor = 1 }), options);
        await cluster.ReadyAsync(names, 1);
        Assert.Equal(1_000, cluster.Admin.GetMetadata(Patience).Topics.Count(one => one.Topic.StartsWith(prefix, StringComparison.Ordinal)));

        using (var producer = cluster.Producer())
        {
            await Task.WhenAll(names.Select(name => producer.ProduceAsync(name, new Message<string, string?> { Key = "k", Value = name })));
        }

        using var consumer = cluster.Consumer(cluster.NewName("group"));
        consumer.Assign(names.Select(name => new TopicPartitionOffset(name, 0, Offset.Beginning)));
        Assert.Equal(names.Order(), Wait.ForRecords(consumer, 1_000).Select(record => record.Message.Value).Order());
        await cluster.Admin.DeleteTopicsAsync(names, new DeleteTopicsOptions { RequestTimeout = TimeSpan.FromSeconds(60), OperationTimeout = TimeSpan.FromSeconds(60) });
    }
}
