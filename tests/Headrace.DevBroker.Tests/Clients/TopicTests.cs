using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Clients;

/// <summary>Topics and their settings, the same on Apache Kafka.</summary>
public sealed class TopicTests : IAsyncLifetime
{
    private const sbyte SetByTopic = 1;
    private const sbyte DefaultOfKafka = 5;

    private TestCluster _cluster = null!;
    private WireClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        _client = await _cluster.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    public static TheoryData<string, CreateTopicsCase, int> Creations => new()
    {
        { "an ordinary topic", new(Name()), (int)ErrorCode.None },
        { "defaults", new(Name(), -1, -1), (int)ErrorCode.None },
        { "no partitions", new(Name(), 0), (int)ErrorCode.InvalidPartitions },
        { "two replicas on one node", new(Name(), 1, 2), (int)ErrorCode.InvalidReplicationFactor },
        { "no name", new(""), (int)ErrorCode.InvalidTopic },
        { "a name of one dot", new("."), (int)ErrorCode.InvalidTopic },
        { "a name with a slash", new("a/b"), (int)ErrorCode.InvalidTopic },
        { "a name of 249 characters", new(new string('n', 217) + Guid.NewGuid().ToString("N")), (int)ErrorCode.None },
        { "a name of 250 characters", new(new string('n', 250)), (int)ErrorCode.InvalidTopic },
        { "a setting that is set", new(Name(), 1, 1, "retention.ms", "1000"), (int)ErrorCode.None },
        { "a setting that nobody knows", new(Name(), 1, 1, "retention", "1000"), (int)ErrorCode.InvalidConfig },
        { "a setting of the wrong type", new(Name(), 1, 1, "retention.ms", "soon"), (int)ErrorCode.InvalidConfig },
        { "a policy that does not exist", new(Name(), 1, 1, "cleanup.policy", "keep"), (int)ErrorCode.InvalidConfig },
    };

    [Theory]
    [MemberData(nameof(Creations))]
    public async Task Creating(string what, CreateTopicsCase wanted, int error)
    {
        foreach (var validateOnly in new[] { true, false })
        {
            var created = await CreateAsync(wanted, validateOnly);
            Assert.True((ErrorCode)error == created.Error, $"{what}: {created.Error} {created.ErrorMessage}");
        }

        if (error == (int)ErrorCode.None)
        {
            Assert.Equal(ErrorCode.TopicAlreadyExists, (await CreateAsync(wanted)).Error);
        }
    }

    [Fact]
    public async Task Two_names_that_differ_in_dots_and_underscores_collide()
    {
        var name = Name();
        await CreateAsync(new(name + ".a"));

        Assert.Equal(ErrorCode.InvalidTopic, (await CreateAsync(new(name + "_a"))).Error);
    }

    [Fact]
    public async Task Settings_are_read_back_with_their_source()
    {
        var topic = await _cluster.CreateTopicAsync(1, ("cleanup.policy", "compact"));

        var settings = await DescribeAsync(topic);

        Assert.Equal(("compact", SetByTopic), (settings["cleanup.policy"].Value, settings["cleanup.policy"].Source));
        Assert.Equal(("604800000", DefaultOfKafka), (settings["retention.ms"].Value, settings["retention.ms"].Source));
        Assert.Equal(["cleanup.policy", "log.cleanup.policy"], settings["cleanup.policy"].Synonyms.ConvertAll(synonym => synonym.Name));
    }

    [Fact]
    public async Task Settings_are_changed_one_by_one()
    {
        var topic = await _cluster.CreateTopicAsync();

        Assert.Equal(ErrorCode.None, (await ChangeAsync(topic, "max.message.bytes", SettingOperation.Set, "100")).Error);
        Assert.Equal(ErrorCode.None, (await ChangeAsync(topic, "cleanup.policy", SettingOperation.Append, "compact")).Error);
        Assert.Equal(ErrorCode.InvalidConfig, (await ChangeAsync(topic, "retention.ms", SettingOperation.Set, "soon")).Error);
        Assert.Equal(ErrorCode.InvalidConfig, (await ChangeAsync(topic, "retention.ms", SettingOperation.Append, "1")).Error);

        await Eventually.TrueAsync("the settings are changed", async () =>
            await DescribeAsync(topic) is var now && now["max.message.bytes"].Value == "100" && now["cleanup.policy"].Value == "delete,compact");
        var refused = await _client.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce(topic, TestBatch.Of(new string('x', 200))));
        Assert.Equal(ErrorCode.MessageTooLarge, refused.Topics[0].Partitions[0].Error);

        await ChangeAsync(topic, "max.message.bytes", SettingOperation.Delete, null);
        await Eventually.TrueAsync("the default is back", async () => (await DescribeAsync(topic))["max.message.bytes"].Source == DefaultOfKafka);
    }

    [Fact]
    public async Task Topics_grow_and_never_shrink()
    {
        var topic = await _cluster.CreateTopicAsync(2);

        Assert.Equal(ErrorCode.InvalidPartitions, (await GrowAsync(topic, 2)).Error);
        Assert.Equal(ErrorCode.None, (await GrowAsync(topic, 4)).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await GrowAsync(Name(), 4)).Error);
        await Eventually.TrueAsync("there are four partitions", async () =>
            (await _client.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = topic }] })).Topics[0].Partitions.Count == 4);
    }

    [Fact]
    public async Task Records_are_deleted_up_to_an_offset()
    {
        var topic = await _cluster.CreateTopicAsync();
        await _client.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce(topic, TestBatch.Of("a", "b", "c")));

        Assert.Equal((ErrorCode.None, 2L), await DeleteRecordsAsync(topic, 2));
        Assert.Equal((ErrorCode.OffsetOutOfRange, -1L), await DeleteRecordsAsync(topic, 4));
        Assert.Equal((ErrorCode.None, 2L), await DeleteRecordsAsync(topic, 1));
        Assert.Equal((ErrorCode.None, 3L), await DeleteRecordsAsync(topic, -1));
        Assert.Equal((3L, 3L), (await FindOffsetAsync(topic, -2), await FindOffsetAsync(topic, -1)));
    }

    [Fact]
    public async Task A_compacted_topic_does_not_let_records_be_deleted()
    {
        var topic = await _cluster.CreateTopicAsync(1, ("cleanup.policy", "compact"));
        await _client.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce(topic, TestBatch.Of("a")));

        Assert.Equal((ErrorCode.PolicyViolation, -1L), await DeleteRecordsAsync(topic, 1));
    }

    [Fact]
    public async Task The_end_of_a_leader_epoch_is_the_end_of_the_log()
    {
        var topic = await _cluster.CreateTopicAsync();
        await _client.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce(topic, TestBatch.Of("a", "b", "c")));

        Assert.Equal((ErrorCode.None, 0, 3L), await EpochAsync(0));
        Assert.Equal((ErrorCode.None, -1, -1L), await EpochAsync(7));

        async Task<(ErrorCode, int, long)> EpochAsync(int epoch)
        {
            var request = new OffsetForLeaderEpochRequest { Topics = [new() { Name = topic, Partitions = [new() { LeaderEpoch = epoch }] }] };
            var answer = (await _client.SendAsync<OffsetForLeaderEpochResponse>(KafkaApi.OffsetForLeaderEpoch, 4, request)).Topics[0].Partitions[0];
            return (answer.Error, answer.LeaderEpoch, answer.EndOffset);
        }
    }

    [Fact]
    public async Task Topics_are_described_page_by_page()
    {
        var topics = new[] { await _cluster.CreateTopicAsync(3), await _cluster.CreateTopicAsync(2) }.Order(StringComparer.Ordinal).ToArray();
        var request = new DescribeTopicPartitionsRequest { Topics = [.. topics.Select(topic => new DescribeTopicPartitionsRequest.Topic { Name = topic })], PartitionLimit = 2 };
        var met = new List<(string, int)>();
        do
        {
            var page = await _client.SendAsync<DescribeTopicPartitionsResponse>(KafkaApi.DescribeTopicPartitions, 0, request);
            met.AddRange(page.Topics.SelectMany(topic => topic.Partitions, (topic, partition) => (topic.Name!, partition.Index)));
            request.Cursor = page.NextCursor;
        }
        while (request.Cursor is not null);

        Assert.Equal(topics.Length, met.Select(one => one.Item1).Distinct().Count());
        Assert.Equal(5, met.Distinct().Count());
        Assert.Equal(met.Distinct(), met);
    }

    private static string Name() => $"t-{Guid.NewGuid():N}";

    private async Task<CreateTopicsResponse.Topic> CreateAsync(CreateTopicsCase wanted, bool validateOnly = false)
    {
        var topic = new CreateTopicsRequest.Topic { Name = wanted.Name, Partitions = wanted.Partitions, Replicas = wanted.Replicas };
        if (wanted.Setting is { } setting)
        {
            topic.Settings = [new() { Name = setting, Value = wanted.Value }];
        }

        return (await _client.SendAsync<CreateTopicsResponse>(KafkaApi.CreateTopics, 7, new CreateTopicsRequest { Topics = [topic], ValidateOnly = validateOnly })).Topics[0];
    }

    private async Task<Dictionary<string, DescribeConfigsResponse.Setting>> DescribeAsync(string topic)
    {
        var request = new DescribeConfigsRequest { Resources = [new() { Type = 2, Name = topic }], IncludeSynonyms = true };
        return (await _client.SendAsync<DescribeConfigsResponse>(KafkaApi.DescribeConfigs, 4, request)).Results[0].Settings.ToDictionary(setting => setting.Name);
    }

    private async Task<AlterConfigsResponse.Result> ChangeAsync(string topic, string name, SettingOperation operation, string? value)
    {
        var change = new IncrementalAlterConfigsRequest.Change { Name = name, Operation = (sbyte)operation, Value = value };
        var request = new IncrementalAlterConfigsRequest { Resources = [new() { Type = 2, Name = topic, Changes = [change] }] };
        return (await _client.SendAsync<AlterConfigsResponse>(KafkaApi.IncrementalAlterConfigs, 1, request)).Results[0];
    }

    private async Task<CreatePartitionsResponse.Result> GrowAsync(string topic, int partitions) =>
        (await _client.SendAsync<CreatePartitionsResponse>(
            KafkaApi.CreatePartitions, 3, new CreatePartitionsRequest { Topics = [new() { Name = topic, Count = partitions }], TimeoutMs = 5_000 })).Results[0];

    private async Task<(ErrorCode, long)> DeleteRecordsAsync(string topic, long offset)
    {
        var request = new DeleteRecordsRequest { Topics = [new() { Name = topic, Partitions = [new() { Offset = offset }] }], TimeoutMs = 5_000 };
        var deleted = (await _client.SendAsync<DeleteRecordsResponse>(KafkaApi.DeleteRecords, 2, request)).Topics[0].Partitions[0];
        return (deleted.Error, deleted.LowWatermark);
    }

    private async Task<long> FindOffsetAsync(string topic, long timestamp)
    {
        var request = new ListOffsetsRequest { Topics = [new() { Name = topic, Partitions = [new() { Timestamp = timestamp }] }] };
        return (await _client.SendAsync<ListOffsetsResponse>(KafkaApi.ListOffsets, 7, request)).Topics[0].Partitions[0].Offset;
    }

    /// <summary>A topic to create.</summary>
    public sealed record CreateTopicsCase(string Name, int Partitions = 1, short Replicas = 1, string? Setting = null, string? Value = null);
}
