using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Groups;

/// <summary>Groups on the wire, request by request and version by version. What is said here holds for Apache Kafka and for the development broker.</summary>
public sealed class ConformanceTests(BrokerUnderTest broker) : IAsyncDisposable
{
    private readonly string _group = BrokerUnderTest.NewGroup();
    private readonly List<WireMember> _members = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public async Task Every_version_of_every_request_is_understood(int version)
    {
        var member = NewMember();
        var joined = await member.JoinAsync(version);
        Assert.Equal((ErrorCode.None, member.MemberId, "range"), (joined.Error, joined.Leader, joined.ProtocolName));
        Assert.Equal(member.Metadata, Assert.Single(joined.Members).Metadata);
        Assert.Equal([9], (await member.SyncAsync(Math.Min(version, 5), (member, 9))).Assignment);
        Assert.Equal(ErrorCode.None, await member.HeartbeatAsync(Math.Min(version, 4)));
        Assert.Equal(ErrorCode.None, await member.CommitAsync(Math.Max(version, 2)));

        var offsets = await member.FetchOffsetsAsync(Math.Max(version, 1));
        Assert.Equal([5, -1], offsets.Topics.Single().Partitions.Select(partition => partition.Offset));
        Assert.Equal([Math.Max(version, 2) >= 6 && version >= 5 ? 0 : -1, -1], offsets.Topics.Single().Partitions.Select(partition => partition.LeaderEpoch));
        Assert.Equal(["m", ""], offsets.Topics.Single().Partitions.Select(partition => partition.Metadata));
        if (version >= 2)
        {
            Assert.Equal(5, (await member.FetchOffsetsAsync(version, all: true)).Topics.Single().Partitions.Single().Offset);
        }

        var described = await member.DescribeAsync(Math.Min(version, 6));
        Assert.Equal(("Stable", "consumer", "range"), (described.State, described.ProtocolType, described.Protocol));
        Assert.Equal([9], Assert.Single(described.Members).Assignment);
        Assert.Equal("/127.0.0.1", described.Members[0].ClientHost);
        Assert.Equal("consumer", (await member.ListAsync(Math.Min(version, 5)))?.ProtocolType);
        Assert.Equal(ErrorCode.NonEmptyGroup, await member.DeleteGroupAsync(Math.Min(version, 2)));

        var left = await member.LeaveAsync(Math.Min(version, 5));
        Assert.Equal(ErrorCode.None, version >= 3 ? Assert.Single(left.Members).Error : left.Error);
        Assert.Equal(ErrorCode.None, await member.DeleteGroupAsync(Math.Min(version, 2)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Every_version_finds_the_coordinator(int version)
    {
        await using var client = await WireClient.ConnectAsync(broker.Address);
        var found = await client.SendAsync<FindCoordinatorResponse>(KafkaApi.FindCoordinator, version, new FindCoordinatorRequest { Keys = [_group] });
        Assert.Equal(ErrorCode.None, found.Coordinators.Single().Error);
        Assert.Equal(broker.Address, $"{found.Coordinators[0].Host}:{found.Coordinators[0].Port}");
    }

    [Fact]
    public async Task Share_group_coordinators_are_not_for_clients()
    {
        await using var client = await WireClient.ConnectAsync(broker.Address);
        var request = new FindCoordinatorRequest { Keys = [_group], KeyType = 2 };
        Assert.Equal(ErrorCode.InvalidRequest, (await client.SendAsync<FindCoordinatorResponse>(KafkaApi.FindCoordinator, 5, request)).Coordinators.Single().Error);
    }

    [Fact]
    public async Task An_unknown_group_is_dead_or_not_found_and_has_no_offsets()
    {
        var nobody = NewMember();
        nobody.MemberId = "nobody";
        nobody.Generation = 1;

        Assert.Equal((ErrorCode.None, "Dead"), ((await nobody.DescribeAsync(5)).Error, (await nobody.DescribeAsync(5)).State));
        Assert.Equal((ErrorCode.GroupIdNotFound, "Dead"), ((await nobody.DescribeAsync(6)).Error, (await nobody.DescribeAsync(6)).State));
        Assert.Equal($"Group {_group} not found.", (await nobody.DescribeAsync(6)).ErrorMessage);
        Assert.Equal(ErrorCode.UnknownMemberId, await nobody.HeartbeatAsync());
        Assert.Equal(ErrorCode.UnknownMemberId, (await nobody.JoinAsync()).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, (await nobody.SyncAsync()).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, (await nobody.LeaveAsync(2)).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, (await nobody.LeaveAsync(5)).Members.Single().Error);
        Assert.Equal(ErrorCode.IllegalGeneration, await nobody.CommitAsync(8));
        Assert.Equal(ErrorCode.GroupIdNotFound, await nobody.CommitAsync(9));
        Assert.Equal(ErrorCode.GroupIdNotFound, await nobody.DeleteGroupAsync());
        Assert.Equal(ErrorCode.GroupIdNotFound, (await nobody.DeleteOffsetsAsync((broker.Topic, 0))).Error);
        Assert.Equal([-1, -1], (await nobody.FetchOffsetsAsync()).Topics.Single().Partitions.Select(partition => partition.Offset));
        Assert.Equal((ErrorCode.None, 0), ((await nobody.FetchOffsetsAsync(all: true)).Error, (await nobody.FetchOffsetsAsync(all: true)).Topics.Count));
    }

    [Fact]
    public async Task An_empty_group_id_is_not_for_members()
    {
        await using var member = new WireMember(broker, "");
        Assert.Equal(ErrorCode.InvalidGroupId, (await member.JoinAsync()).Error);
        Assert.Equal(ErrorCode.InvalidGroupId, (await member.SyncAsync()).Error);
        Assert.Equal(ErrorCode.InvalidGroupId, await member.HeartbeatAsync());
        Assert.Equal(ErrorCode.InvalidGroupId, (await member.LeaveAsync()).Error);
        Assert.Equal(ErrorCode.InvalidGroupId, (await member.DeleteOffsetsAsync((broker.Topic, 0))).Error);
    }

    [Fact]
    public async Task Sessions_below_the_minimum_are_refused_and_the_first_join_only_gives_an_id()
    {
        Assert.Equal(ErrorCode.InvalidSessionTimeout, (await NewMember(sessionTimeoutMs: 99).JoinAsync()).Error);
        Assert.Equal(ErrorCode.InvalidSessionTimeout, (await NewMember(sessionTimeoutMs: 1_800_001).JoinAsync()).Error);

        var member = NewMember();
        var first = await member.JoinOnceAsync();
        Assert.Equal(ErrorCode.MemberIdRequired, first.Error);
        Assert.StartsWith("wire-test-", first.MemberId, StringComparison.Ordinal);
        Assert.Equal("Empty", (await member.DescribeAsync()).State);
        Assert.Equal(ErrorCode.UnknownMemberId, await member.HeartbeatAsync());
    }

    [Fact]
    public async Task Offsets_without_members_make_a_group_of_no_type()
    {
        var nobody = NewMember();
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await nobody.CommitAsync(topic: "no-such-topic"));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await nobody.CommitAsync(partition: BrokerUnderTest.Partitions));
        Assert.Null(await nobody.ListAsync());

        Assert.Equal(ErrorCode.OffsetMetadataTooLarge, await nobody.CommitAsync(metadata: new string('x', 4097)));
        Assert.Equal(ErrorCode.None, await nobody.CommitAsync(metadata: new string('x', 4096)));
        nobody.MemberId = "an id of its own making";
        Assert.Equal(ErrorCode.None, await nobody.CommitAsync(metadata: null, offset: 77));

        var stored = (await nobody.FetchOffsetsAsync()).Topics.Single().Partitions[0];
        Assert.Equal((77, 0, ""), (stored.Offset, stored.LeaderEpoch, stored.Metadata));
        Assert.Equal(("", "Empty", "classic"), Listed(await nobody.ListAsync()));
        Assert.NotNull(await nobody.ListAsync(states: ["empty"], types: ["Classic"]));
        Assert.Null(await nobody.ListAsync(states: ["Stable"]));
        Assert.Null(await nobody.ListAsync(types: ["consumer"]));
    }

    [Fact]
    public async Task Commits_of_members_count_in_their_generation_and_not_between_join_and_assignment()
    {
        var member = NewMember();
        await member.JoinAsync();
        Assert.Equal(ErrorCode.RebalanceInProgress, await member.CommitAsync());
        await member.SyncAsync(5, (member, 1));
        Assert.Equal(ErrorCode.None, await member.CommitAsync());

        member.Generation++;
        Assert.Equal(ErrorCode.IllegalGeneration, await member.CommitAsync());
        member.Generation = -1;
        Assert.Equal(ErrorCode.IllegalGeneration, await member.CommitAsync());
        member.MemberId = "somebody";
        Assert.Equal(ErrorCode.UnknownMemberId, await member.CommitAsync());
        member.MemberId = "";
        Assert.Equal(ErrorCode.UnknownMemberId, await member.CommitAsync());
    }

    [Fact]
    public async Task Offsets_of_subscribed_topics_cannot_be_deleted()
    {
        var member = NewMember();
        await member.JoinAsync();
        await member.SyncAsync(5, (member, 1));
        await member.CommitAsync();

        var refused = await member.DeleteOffsetsAsync((broker.Topic, 0), (broker.Topic, 99), ("no-such-topic", 0));
        Assert.Equal(ErrorCode.None, refused.Error);
        Assert.Equal(
            [
                ("no-such-topic", 0, ErrorCode.UnknownTopicOrPartition),
                (broker.Topic, 0, ErrorCode.GroupSubscribedToTopic),
                (broker.Topic, 99, ErrorCode.UnknownTopicOrPartition),
            ],
            refused.Topics.SelectMany(topic => topic.Partitions, (topic, each) => (topic.Name, each.Index, each.Error)).OrderBy(each => each.Name).ThenBy(each => each.Index));

        await member.LeaveAsync();
        Assert.Equal(ErrorCode.None, (await member.DeleteOffsetsAsync((broker.Topic, 0))).Topics.Single().Partitions.Single().Error);
        Assert.Equal(-1, (await member.FetchOffsetsAsync()).Topics.Single().Partitions[0].Offset);
    }

    [Fact]
    public async Task A_deleted_topic_takes_its_offsets_along()
    {
        await using var client = await WireClient.ConnectAsync(broker.Address);
        var topic = $"t-{Guid.NewGuid():N}";
        await client.SendAsync<CreateTopicsResponse>(KafkaApi.CreateTopics, 7, new CreateTopicsRequest
        {
            Topics = [new CreateTopicsRequest.Topic { Name = topic, Partitions = 1, Replicas = 1 }],
        });
        var member = NewMember();
        await Eventually.TrueAsync("the topic takes offsets", async () => await member.CommitAsync(topic: topic) == ErrorCode.None);
        await member.CommitAsync();

        var deleted = await client.SendAsync<DeleteTopicsResponse>(KafkaApi.DeleteTopics, 6, new DeleteTopicsRequest
        {
            Topics = [new DeleteTopicsRequest.Topic { Name = topic }],
            TimeoutMs = 10_000,
        });
        Assert.Equal(ErrorCode.None, deleted.Results.Single().Error);
        await Eventually.TrueAsync(
            "only the other topic's offset is left",
            async () => (await member.FetchOffsetsAsync(all: true)).Topics.Select(each => each.Name).SequenceEqual([broker.Topic]));
    }

    [Fact]
    public async Task A_group_tells_what_one_may_do_with_it()
    {
        var member = NewMember();
        await member.CommitAsync();
        Assert.Equal(AuthorizedOperations.OnGroup, (await member.DescribeAsync()).AuthorizedOperations);
        Assert.Equal(AuthorizedOperations.OnGroup, (await member.DescribeAsync(version: 3)).AuthorizedOperations);
    }

    private static (string Type, string State, string Kind) Listed(ListGroupsResponse.Group? group) =>
        group is null ? default : (group.ProtocolType, group.State, group.Type);

    private WireMember NewMember(string? instance = null, int sessionTimeoutMs = 10_000)
    {
        var member = new WireMember(broker, _group, instance) { SessionTimeoutMs = sessionTimeoutMs };
        _members.Add(member);
        return member;
    }
}
