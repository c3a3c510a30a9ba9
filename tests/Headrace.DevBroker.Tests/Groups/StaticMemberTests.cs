using Headrace.Broker.Groups;
using Headrace.Broker.Wire;
using static Headrace.Broker.Tests.Groups.GroupUnderTest;

namespace Headrace.Broker.Tests.Groups;

/// <summary>Members with an instance id keep their seat, and only one process sits in it (KIP-345).</summary>
public sealed class StaticMemberTests : IDisposable
{
    private readonly GroupUnderTest _group = new();

    public void Dispose() => _group.Dispose();

    [Fact]
    public void A_restarted_follower_gets_its_assignment_back_without_a_round()
    {
        var members = _group.Stable("a", "b");
        var back = _group.Joined(instance: "b");

        Assert.NotEqual(members[1].MemberId, back.MemberId);
        Assert.Equal((members[1].Generation, members[0].MemberId), (back.Generation, back.Leader));
        Assert.Equal(GroupState.Stable, _group.State);
        Assert.Equal("share-1", Text(Answer(_group.Sync(back))));
        Assert.Equal(ErrorCode.None, _group.Heartbeat(members[0]));
    }

    [Fact]
    public void A_restarted_leader_learns_that_it_leads_and_has_nothing_to_assign()
    {
        var members = _group.Stable("a", "b");
        var back = _group.Joined(instance: "a");

        Assert.True(back.SkipAssignment);
        Assert.Equal(back.MemberId, back.Leader);
        Assert.Equal(2, back.Members.Count);
        Assert.Equal("share-0", Text(Answer(_group.Sync(back))));
        Assert.Equal(ErrorCode.None, _group.Heartbeat(members[1]));
    }

    [Fact]
    public void A_restarted_leader_that_cannot_skip_its_assignment_is_kept_from_making_one()
    {
        var members = _group.Stable("a", "b");
        var back = Answer(_group.Join(Call(instance: "a") with { CanSkipAssignment = false }));

        Assert.False(back.SkipAssignment);
        Assert.Equal(members[0].MemberId, back.Leader);
        Assert.Empty(back.Members);
    }

    [Fact]
    public void Whoever_lost_its_seat_is_fenced_everywhere()
    {
        var members = _group.Stable("a", "b");
        var back = _group.Joined(instance: "b");
        var old = members[1];

        Assert.Equal(ErrorCode.FencedInstanceId, _group.Heartbeat(old, "b"));
        Assert.Equal(ErrorCode.FencedInstanceId, _group.Joined(old.MemberId, "b").Error);
        Assert.Equal(ErrorCode.FencedInstanceId, _group.Commit(old.MemberId, old.Generation, "b"));
        Assert.Equal(ErrorCode.FencedInstanceId, _group.Leave(old.MemberId, "b"));
        Assert.Equal(ErrorCode.FencedInstanceId, Answer(_group.Coordinator.SyncAsync(new SyncCall
        {
            Group = Name,
            Member = new MemberIdentity(old.MemberId, "b"),
            Generation = old.Generation,
        })).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(old));
        Assert.Equal(ErrorCode.None, _group.Heartbeat(back, "b"));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(back, "never heard of"));
    }

    [Fact]
    public void Requests_that_wait_are_fenced_when_the_seat_is_taken()
    {
        var members = _group.Stable("a", "b");
        var joining = _group.Join(members[0].MemberId, "a");
        Assert.False(joining.IsCompleted);
        var successor = _group.Join(instance: "a");
        Assert.Equal(ErrorCode.FencedInstanceId, Answer(joining).Error);

        var follower = _group.Joined(members[1].MemberId, "b");
        var syncing = _group.Sync(follower);
        Assert.Equal(follower.Generation, Answer(successor).Generation);
        var another = _group.Join(instance: "b");
        Assert.Equal(ErrorCode.FencedInstanceId, Answer(syncing).Error);
        Assert.False(another.IsCompleted);
        Assert.Equal(GroupState.PreparingRebalance, _group.State);
    }

    [Fact]
    public void A_member_that_is_away_while_a_round_closes_keeps_its_seat_until_its_session_ends()
    {
        var members = _group.Stable("a", "b");
        var joining = _group.Join(Call(instance: "c") with { SessionTimeout = TimeSpan.FromMinutes(5) });
        var leader = _group.Join(members[0].MemberId, "a");
        for (var waited = TimeSpan.Zero; waited < Rebalance; waited += Session / 2)
        {
            Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(members[1]));
            _group.Time.Advance(Session / 2);
        }

        Assert.Equal(3, Answer(leader).Members.Count);
        Assert.Equal(Answer(leader).Generation, Answer(joining).Generation);
        _group.Time.Advance(Session);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(members[1]));
    }

    [Fact]
    public void Coming_back_with_other_protocols_starts_a_round()
    {
        _group.Joined("", "a", Protocol("range"), Protocol("own"));
        var leader = _group.Joined(instance: "a", protocols: [Protocol("own"), Protocol("range")]);
        Assert.Equal("own", leader.Protocol);

        Answer(_group.Sync(leader));
        var back = _group.Joined("", "a", Protocol("range"), Protocol("own"));
        Assert.Equal((leader.Generation + 1, "range"), (back.Generation, back.Protocol));
    }

    [Fact]
    public void Coming_back_while_the_assignment_is_awaited_starts_a_round_because_the_leader_knows_the_old_id()
    {
        var first = _group.Joined(instance: "a");
        var back = _group.Joined(instance: "a");
        Assert.Equal(first.Generation + 1, back.Generation);
        Assert.Equal(back.MemberId, back.Leader);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(first));
    }

    [Fact]
    public void A_session_that_ends_frees_the_seat()
    {
        var members = _group.Stable("a", "b");
        _group.Advance(9);
        _group.Heartbeat(members[0], "a");
        _group.Advance(1);

        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(members[1], "b"));
        Assert.Equal(GroupState.PreparingRebalance, _group.State);
        Assert.False(_group.Join(instance: "b").IsCompleted);
    }
}
