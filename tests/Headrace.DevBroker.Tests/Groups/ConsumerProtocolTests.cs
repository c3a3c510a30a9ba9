using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Groups;

/// <summary>What members of the consumer protocol (KIP-848) are told, the same on Apache Kafka.</summary>
public sealed class ConsumerProtocolTests(BrokerUnderTest broker) : IAsyncLifetime
{
    private readonly string _group = BrokerUnderTest.NewGroup();
    private WireClient _wire = null!;

    public async ValueTask InitializeAsync() => _wire = await WireClient.ConnectAsync(broker.Address);

    public ValueTask DisposeAsync() => _wire.DisposeAsync();

    [Fact]
    public async Task Partitions_go_to_a_second_member_once_the_first_has_given_them_back()
    {
        var first = await JoinAsync();
        Assert.Equal([0, 1, 2, 3], first.Partitions);
        var second = await JoinAsync();
        Assert.Empty(second.Partitions);

        await Eventually.TrueAsync("the first is asked to give back two", async () => (await first.BeatAsync()).Partitions.Length == 2);
        await second.BeatAsync();
        Assert.Empty(second.Partitions);

        first.GiveBack();
        await Eventually.TrueAsync("the second has the other two", async () =>
        {
            await first.BeatAsync();
            return (await second.BeatAsync()).Partitions.Length == 2;
        });
        Assert.Equal([0, 1, 2, 3], first.Partitions.Concat(second.Partitions).Order());
        Assert.Equal(first.Epoch, second.Epoch);

        Assert.Equal(-1, (await first.SendAsync(-1)).MemberEpoch);
        await Eventually.TrueAsync("the second has all", async () => (await second.BeatAsync()).Partitions.Length == 4);
    }

    [Fact]
    public async Task An_answer_that_was_lost_is_given_again()
    {
        await (await JoinAsync()).SendAsync(-1);
        var first = await JoinAsync();
        var before = first.Epoch;
        var second = await JoinAsync();
        await Eventually.TrueAsync("the first is asked to give back two", async () => (await first.BeatAsync()).Partitions.Length == 2);
        first.GiveBack();
        await Eventually.TrueAsync("the first is at the next epoch", async () => (await first.BeatAsync()).Epoch > before);

        Assert.Equal(ErrorCode.None, (await first.SendAsync(before, full: true)).Error);
        Assert.Equal(ErrorCode.FencedMemberEpoch, (await first.SendAsync(before - 1, full: true)).Error);
        Assert.Equal(ErrorCode.FencedMemberEpoch, (await first.SendAsync(first.Epoch + 1)).Error);
        Assert.Equal(ErrorCode.None, (await second.SendAsync(second.Epoch)).Error);
    }

    [Fact]
    public async Task Who_is_not_a_member_is_told_so()
    {
        var stranger = new Member(_wire, _group, broker.Topic);
        Assert.Equal(ErrorCode.GroupIdNotFound, (await stranger.SendAsync(3)).Error);
        await JoinAsync();
        Assert.Equal(ErrorCode.UnknownMemberId, (await stranger.SendAsync(3)).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, (await stranger.SendAsync(-1)).Error);
    }

    public static TheoryData<string, int> Faults => new()
    {
        { "no group", (int)ErrorCode.InvalidRequest },
        { "no member id", (int)ErrorCode.InvalidRequest },
        { "epoch -3", (int)ErrorCode.InvalidRequest },
        { "no rebalance timeout", (int)ErrorCode.InvalidRequest },
        { "partitions of its own", (int)ErrorCode.InvalidRequest },
        { "no subscription", (int)ErrorCode.InvalidRequest },
        { "an assignor that is not there", (int)ErrorCode.UnsupportedAssignor },
        { "a pattern that is broken", (int)ErrorCode.InvalidRegularExpression },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_member_cannot_join_with(string what, int error)
    {
        var request = new Member(_wire, _group, broker.Topic).Request(0);
        Action change = what switch
        {
            "no group" => () => request.GroupId = "",
            "no member id" => () => request.MemberId = "",
            "epoch -3" => () => request.MemberEpoch = -3,
            "no rebalance timeout" => () => request.RebalanceTimeoutMs = -1,
            "partitions of its own" => () => request.Owned = [new() { TopicId = Guid.NewGuid(), Partitions = [1] }],
            "no subscription" => () => request.SubscribedTopicNames = null,
            "a pattern that is broken" => () => request.SubscribedTopicRegex = "a(",
            _ => () => request.ServerAssignor = "best",
        };
        change();
        Assert.Equal((ErrorCode)error, (await _wire.SendAsync<ConsumerGroupHeartbeatResponse>(KafkaApi.ConsumerGroupHeartbeat, 1, request)).Error);
    }

    [Fact]
    public async Task A_static_member_keeps_its_seat_and_its_partitions()
    {
        var old = new Member(_wire, _group, broker.Topic) { InstanceId = "seat" };
        await old.BeatAsync();
        var other = await JoinAsync();
        Assert.Equal(ErrorCode.UnreleasedInstanceId, (await new Member(_wire, _group, broker.Topic) { InstanceId = "seat" }.SendAsync(0)).Error);
        await Eventually.TrueAsync("both have two", async () =>
        {
            old.GiveBack();
            return (await old.BeatAsync()).Partitions.Length == 2 && (await other.BeatAsync()).Partitions.Length == 2;
        });
        var (kept, epoch) = (old.Partitions, other.Epoch);

        Assert.Equal(-2, (await old.SendAsync(-2)).MemberEpoch);
        var renewed = new Member(_wire, _group, broker.Topic) { InstanceId = "seat" };
        await renewed.BeatAsync();

        Assert.Equal(kept, renewed.Partitions);
        Assert.Equal(epoch, (await other.BeatAsync()).Epoch);
        Assert.Equal(ErrorCode.FencedInstanceId, (await old.SendAsync(old.Epoch)).Error);
    }

    [Fact]
    public async Task Offsets_are_committed_and_fetched_in_the_members_epoch_only()
    {
        var member = await JoinAsync();
        Assert.Equal(ErrorCode.None, await CommitAsync(member.Id, member.Epoch));
        Assert.Equal(ErrorCode.StaleMemberEpoch, await CommitAsync(member.Id, member.Epoch + 1));
        Assert.Equal(ErrorCode.UnknownMemberId, await CommitAsync("stranger", member.Epoch));
        Assert.Equal(ErrorCode.UnknownMemberId, await CommitAsync("", -1));
        Assert.Equal(ErrorCode.None, await FetchAsync(member.Id, member.Epoch));
        Assert.Equal(ErrorCode.None, await FetchAsync(null, -1));
        Assert.Equal(ErrorCode.StaleMemberEpoch, await FetchAsync(member.Id, member.Epoch + 1));
        Assert.Equal(ErrorCode.UnknownMemberId, await FetchAsync("stranger", 0));
    }

    [Fact]
    public async Task The_group_is_described_and_is_no_classic_one()
    {
        var member = await JoinAsync();
        var described = (await _wire.SendAsync<ConsumerGroupDescribeResponse>(
            KafkaApi.ConsumerGroupDescribe, 1, new ConsumerGroupDescribeRequest { GroupIds = [_group, "nothing"] })).Groups;
        Assert.Equal(ErrorCode.GroupIdNotFound, described.Single(one => one.GroupId == "nothing").Error);
        var group = described.Single(one => one.GroupId == _group);
        Assert.Equal(("Stable", "uniform", member.Epoch, member.Epoch), (group.State, group.AssignorName, group.GroupEpoch, group.AssignmentEpoch));
        Assert.Equal(member.Id, group.Members.Single().MemberId);
        Assert.Equal([broker.Topic], group.Members.Single().SubscribedTopicNames);
        Assert.Equal([0, 1, 2, 3], group.Members.Single().Assigned.Topics.Single().Partitions.Order());
        Assert.Equal([0, 1, 2, 3], group.Members.Single().Target.Topics.Single().Partitions.Order());

        var classic = await _wire.SendAsync<DescribeGroupsResponse>(KafkaApi.DescribeGroups, 6, new DescribeGroupsRequest { Groups = [_group] });
        Assert.Equal(ErrorCode.GroupIdNotFound, classic.Groups[0].Error);
        var listed = await _wire.SendAsync<ListGroupsResponse>(KafkaApi.ListGroups, 5, new ListGroupsRequest { Types = ["consumer"] });
        Assert.Equal(("consumer", "Stable", "consumer"), listed.Groups.Single(one => one.GroupId == _group) is var found ? (found.ProtocolType, found.State, found.Type) : default);
    }

    private async Task<Member> JoinAsync() => await new Member(_wire, _group, broker.Topic).BeatAsync();

    private async Task<ErrorCode> CommitAsync(string memberId, int epoch) => (await _wire.SendAsync<OffsetCommitResponse>(KafkaApi.OffsetCommit, 9, new OffsetCommitRequest
    {
        GroupId = _group,
        MemberId = memberId,
        Generation = epoch,
        Topics = [new() { Name = broker.Topic, Partitions = [new() { Offset = 0 }] }],
    })).Topics[0].Partitions[0].Error;

    private async Task<ErrorCode> FetchAsync(string? memberId, int epoch) => (await _wire.SendAsync<OffsetFetchResponse>(KafkaApi.OffsetFetch, 9, new OffsetFetchRequest
    {
        Groups = [new() { GroupId = _group, MemberId = memberId, MemberEpoch = epoch, Topics = [new() { Name = broker.Topic, Partitions = [0] }] }],
    })).Groups[0].Error;

    private sealed class Member(WireClient wire, string group, string topic)
    {
        private readonly HashSet<int> _held = [];
        private Guid _topicId;

        public string Id { get; } = $"member-{Guid.NewGuid():N}";

        public string? InstanceId { get; init; }

        public int Epoch { get; private set; }

        /// <summary>What it was last told to have.</summary>
        public int[] Partitions { get; private set; } = [];

        /// <summary>Stops reading what it shall not have any more.</summary>
        public void GiveBack() => _held.IntersectWith(Partitions);

        public ConsumerGroupHeartbeatRequest Request(int epoch, bool full = false) => new()
        {
            GroupId = group,
            MemberId = Id,
            MemberEpoch = epoch,
            InstanceId = InstanceId,
            RebalanceTimeoutMs = epoch == 0 || full ? 60_000 : -1,
            SubscribedTopicNames = epoch == 0 || full ? [topic] : null,
            Owned = _held.Count == 0 ? [] : [new() { TopicId = _topicId, Partitions = [.. _held] }],
        };

        public Task<ConsumerGroupHeartbeatResponse> SendAsync(int epoch, bool full = false) =>
            wire.SendAsync<ConsumerGroupHeartbeatResponse>(KafkaApi.ConsumerGroupHeartbeat, 1, Request(epoch, full));

        public async Task<Member> BeatAsync()
        {
            var response = await SendAsync(Epoch);
            Assert.Equal((ErrorCode.None, Id), (response.Error, response.MemberId));
            Epoch = response.MemberEpoch;
            if (response.Assigned is { } assigned)
            {
                Partitions = [.. assigned.Topics.SelectMany(one => one.Partitions).Order()];
                _topicId = assigned.Topics.Count > 0 ? assigned.Topics[0].TopicId : _topicId;
                _held.UnionWith(Partitions);
            }

            return this;
        }
    }
}
