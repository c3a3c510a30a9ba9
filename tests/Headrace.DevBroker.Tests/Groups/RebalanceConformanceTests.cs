using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Groups;

/// <summary>Members that come, go and come back. What is said here holds for Apache Kafka and for the development broker.</summary>
public sealed class RebalanceConformanceTests(BrokerUnderTest broker) : IAsyncDisposable
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

    [Fact]
    public async Task Two_members_join_one_after_the_other_and_one_leaves()
    {
        WireMember first = NewMember(), second = NewMember();
        await StableAsync(first);

        var joining = second.JoinAsync();
        await UntilAsync(first, ErrorCode.RebalanceInProgress);
        Assert.False(joining.IsCompleted);
        Assert.Equal(ErrorCode.None, await first.CommitAsync());
        Assert.Equal(2, (await first.JoinAsync()).Members.Count);
        Assert.Equal(2, (await joining).Generation);
        Assert.Equal(first.MemberId, second.Leader);

        var waiting = second.SyncAsync();
        Assert.Equal([1], (await first.SyncAsync(5, (first, 1), (second, 2))).Assignment);
        Assert.Equal([2], (await waiting).Assignment);
        Assert.Equal("Stable", (await first.DescribeAsync()).State);

        await first.LeaveAsync();
        Assert.Equal(ErrorCode.RebalanceInProgress, await second.HeartbeatAsync());
        var alone = await second.JoinAsync();
        Assert.Equal((3, second.MemberId, 1), (alone.Generation, alone.Leader, alone.Members.Count));
        Assert.Equal([7], (await second.SyncAsync(5, (second, 7))).Assignment);
        await second.LeaveAsync();
        Assert.Equal("Empty", (await second.DescribeAsync()).State);
    }

    [Fact]
    public async Task A_follower_that_changes_nothing_gets_its_generation_and_a_leader_opens_a_round()
    {
        WireMember leader = NewMember(), follower = NewMember();
        await StableAsync(leader, follower);
        var generation = follower.Generation;

        Assert.Equal(generation, (await follower.JoinAsync()).Generation);
        Assert.Equal([1], (await follower.SyncAsync()).Assignment);
        Assert.Equal(ErrorCode.None, await leader.HeartbeatAsync());

        var joining = leader.JoinAsync();
        await UntilAsync(follower, ErrorCode.RebalanceInProgress);
        Assert.Equal(generation + 1, (await follower.JoinAsync()).Generation);
        Assert.Equal(generation + 1, (await joining).Generation);
    }

    [Fact]
    public async Task A_new_round_ends_the_wait_for_the_assignment()
    {
        WireMember leader = NewMember(), follower = NewMember(), third = NewMember();
        await StableAsync(leader);
        var joining = follower.JoinAsync();
        await UntilAsync(leader, ErrorCode.RebalanceInProgress);
        await leader.JoinAsync();
        await joining;

        var waiting = follower.SyncAsync();
        var newcomer = third.JoinAsync();
        Assert.Equal(ErrorCode.RebalanceInProgress, (await waiting).Error);
        Assert.Equal(ErrorCode.RebalanceInProgress, (await leader.SyncAsync(5, (leader, 1))).Error);
        Assert.False(newcomer.IsCompleted);
    }

    [Fact]
    public async Task Who_does_not_join_in_time_is_left_behind()
    {
        WireMember leader = NewMember(rebalanceTimeoutMs: 500), second = NewMember(rebalanceTimeoutMs: 500);
        await StableAsync(leader);
        var alone = await second.JoinAsync();

        Assert.Equal(second.MemberId, alone.Leader);
        Assert.Single(alone.Members);
        Assert.Equal(ErrorCode.UnknownMemberId, await leader.HeartbeatAsync());
    }

    [Fact]
    public async Task Who_falls_silent_is_left_behind()
    {
        WireMember leader = NewMember(), silent = NewMember(sessionTimeoutMs: 300);
        await StableAsync(leader, silent);
        await UntilAsync(leader, ErrorCode.RebalanceInProgress);
        Assert.Single((await leader.JoinAsync()).Members);
        Assert.Equal(ErrorCode.UnknownMemberId, await silent.HeartbeatAsync());
    }

    [Fact]
    public async Task A_static_follower_restarts_without_a_round_and_its_old_self_is_fenced()
    {
        WireMember leader = NewMember("a"), old = NewMember("b"), renewed = NewMember("b");
        await StableAsync(leader, old);
        var back = await renewed.JoinAsync();

        Assert.Equal((old.Generation, leader.MemberId, false), (back.Generation, back.Leader, back.SkipAssignment));
        Assert.NotEqual(old.MemberId, renewed.MemberId);
        Assert.StartsWith("b-", renewed.MemberId, StringComparison.Ordinal);
        Assert.Equal([1], (await renewed.SyncAsync()).Assignment);
        Assert.Equal(ErrorCode.None, await leader.HeartbeatAsync());
        Assert.Equal(ErrorCode.None, await renewed.HeartbeatAsync());

        Assert.Equal(ErrorCode.FencedInstanceId, await old.HeartbeatAsync());
        Assert.Equal(ErrorCode.FencedInstanceId, await old.CommitAsync());
        Assert.Equal(ErrorCode.FencedInstanceId, (await old.SyncAsync()).Error);
        Assert.Equal(ErrorCode.FencedInstanceId, (await old.JoinAsync()).Error);
        Assert.Equal(ErrorCode.FencedInstanceId, (await old.LeaveAsync()).Members.Single().Error);
    }

    [Fact]
    public async Task A_static_leader_restarts_and_has_nothing_to_assign()
    {
        WireMember old = NewMember("a"), follower = NewMember("b"), renewed = NewMember("a"), older = NewMember("a");
        await StableAsync(old, follower);

        var back = await renewed.JoinAsync();
        Assert.Equal((true, renewed.MemberId, 2), (back.SkipAssignment, back.Leader, back.Members.Count));
        Assert.Equal([0], (await renewed.SyncAsync()).Assignment);

        var cannotSkip = await older.JoinAsync(version: 8);
        Assert.Equal((false, renewed.MemberId, 0), (cannotSkip.SkipAssignment, cannotSkip.Leader, cannotSkip.Members.Count));
        Assert.Equal(ErrorCode.None, await follower.HeartbeatAsync());
    }

    [Fact]
    public async Task A_static_member_is_removed_by_its_instance_alone()
    {
        WireMember leader = NewMember(), seated = NewMember("b");
        await StableAsync(leader, seated);
        var left = await leader.LeaveAsync(
            5,
            new LeaveGroupRequest.Member { GroupInstanceId = "b" },
            new LeaveGroupRequest.Member { GroupInstanceId = "nobody" });

        Assert.Equal([ErrorCode.None, ErrorCode.UnknownMemberId], left.Members.Select(member => member.Error));
        Assert.Equal(ErrorCode.UnknownMemberId, await seated.HeartbeatAsync());
        Assert.Single((await leader.JoinAsync()).Members);
    }

    [Fact]
    public async Task Who_shares_no_protocol_is_refused()
    {
        var leader = NewMember();
        await StableAsync(leader);
        await using var stranger = new WireMember(broker, _group) { Protocol = "own" };
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await stranger.JoinAsync()).Error);

        await using var mistaken = new WireMember(broker, _group) { Protocol = "own", MemberId = leader.MemberId, Generation = leader.Generation };
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await mistaken.SyncAsync()).Error);
        Assert.Equal(ErrorCode.None, await leader.HeartbeatAsync());
    }

    /// <summary>The first leads; each is assigned its place in the list.</summary>
    private static async Task StableAsync(params WireMember[] members)
    {
        var joining = new List<Task> { members[0].JoinAsync() };
        await joining[0];
        foreach (var next in members.Skip(1))
        {
            joining.Add(next.JoinAsync());
            await UntilAsync(members[0], ErrorCode.RebalanceInProgress);
            joining.Add(members[0].JoinAsync());
        }

        await Task.WhenAll(joining);
        var syncs = members.Skip(1).Select(member => member.SyncAsync()).ToList();
        syncs.Add(members[0].SyncAsync(5, [.. members.Select((member, i) => (member, (byte)i))]));
        Assert.All(await Task.WhenAll(syncs), sync => Assert.Equal(ErrorCode.None, sync.Error));
    }

    private static Task UntilAsync(WireMember member, ErrorCode expected) =>
        Eventually.TrueAsync($"a heartbeat is answered with {expected}", async () => await member.HeartbeatAsync() == expected);

    private WireMember NewMember(string? instance = null, int sessionTimeoutMs = 10_000, int rebalanceTimeoutMs = 10_000)
    {
        var member = new WireMember(broker, _group, instance) { SessionTimeoutMs = sessionTimeoutMs, RebalanceTimeoutMs = rebalanceTimeoutMs };
        _members.Add(member);
        return member;
    }
}
