using Headrace.Broker.Groups;
using Headrace.Broker.Wire;
using static Headrace.Broker.Tests.Groups.GroupUnderTest;

namespace Headrace.Broker.Tests.Groups;

/// <summary>How a group of dynamic members gets from one generation to the next.</summary>
public sealed class RoundTests : IDisposable
{
    private readonly GroupUnderTest _group = new();

    public void Dispose() => _group.Dispose();

    [Fact]
    public void A_new_dynamic_member_is_given_its_id_before_it_may_join()
    {
        var first = Answer(_group.Join(Call() with { RequiresKnownId = true }));

        Assert.Equal(ErrorCode.MemberIdRequired, first.Error);
        Assert.StartsWith("client-", first.MemberId, StringComparison.Ordinal);
        Assert.Equal(GroupState.Empty, _group.State);
        Assert.Equal(ErrorCode.None, _group.Joined(first.MemberId).Error);
    }

    [Fact]
    public void The_first_member_leads_and_alone_learns_who_is_there()
    {
        var members = _group.Stable(null, null);

        Assert.All(members, member => Assert.Equal((2, members[0].MemberId), (member.Generation, member.Leader)));
        Assert.Equal(members.Select(member => member.MemberId).Order(), members[0].Members.Select(member => member.MemberId).Order());
        Assert.Empty(members[1].Members);
    }

    [Fact]
    public void Every_member_gets_the_assignment_the_leader_made_for_it_and_none_is_an_empty_one()
    {
        var members = _group.Stable(null, null, null);
        Assert.Equal(["share-0", "share-1", "share-2"], members.Select(member => Text(Answer(_group.Sync(member)))));

        var waiting = members.Select(member => _group.Join(member.MemberId)).ToList();
        var next = waiting.Select(Answer).ToList();
        var syncs = next.Select(member => _group.Sync(member, member.MemberId == member.Leader ? [(members[1].MemberId, "all")] : [])).ToList();

        Assert.Equal(["", "all", ""], syncs.Select(sync => Text(Answer(sync))));
    }

    [Fact]
    public void When_somebody_joins_the_others_hear_of_it_by_heartbeat_and_the_round_waits_for_them()
    {
        var first = _group.Stable([null])[0];
        var second = _group.Join();

        Assert.Equal(GroupState.PreparingRebalance, _group.State);
        Assert.False(second.IsCompleted);
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(first));
        Assert.Equal(ErrorCode.RebalanceInProgress, Answer(_group.Sync(first)).Error);

        var again = _group.Joined(first.MemberId);
        Assert.Equal(2, again.Generation);
        Assert.Equal(2, Answer(second).Generation);
        Assert.Equal(ErrorCode.None, _group.Heartbeat(again));
        Assert.Equal(ErrorCode.IllegalGeneration, _group.Heartbeat(first));
    }

    [Fact]
    public void Who_sends_heartbeats_but_does_not_join_in_time_is_dropped_and_another_leads()
    {
        var first = _group.Stable([null])[0];
        var second = _group.Join();
        for (var waited = TimeSpan.Zero; waited < Rebalance; waited += Session / 2)
        {
            Assert.False(second.IsCompleted);
            Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(first));
            _group.Time.Advance(Session / 2);
        }

        Assert.Equal(Answer(second).MemberId, Answer(second).Leader);
        Assert.Single(Answer(second).Members);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(first));
    }

    [Fact]
    public void A_follower_that_changes_nothing_is_given_the_generation_there_is()
    {
        var members = _group.Stable(null, null);
        var again = _group.Joined(members[1].MemberId);

        Assert.Equal(members[1].Generation, again.Generation);
        Assert.Equal(GroupState.Stable, _group.State);
        Assert.Equal("share-1", Text(Answer(_group.Sync(again))));
    }

    [Fact]
    public void A_leader_that_changes_nothing_forces_a_round()
    {
        var members = _group.Stable(null, null);
        Assert.False(_group.Join(members[0].MemberId).IsCompleted);
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(members[1]));
    }

    [Fact]
    public void A_follower_with_other_metadata_forces_a_round()
    {
        var members = _group.Stable(null, null);
        Assert.False(_group.Join(members[1].MemberId, null, Protocol("range", "other topics")).IsCompleted);
        Assert.Equal(GroupState.PreparingRebalance, _group.State);
    }

    [Fact]
    public void A_lost_join_answer_is_given_again_while_the_assignment_is_awaited()
    {
        var first = _group.Joined();
        var again = _group.Joined(first.MemberId);
        Assert.Equal(first.Generation, again.Generation);
        Assert.Single(again.Members);
    }

    [Fact]
    public void A_new_round_sends_those_who_wait_for_their_assignment_back_to_join()
    {
        var first = _group.Stable([null])[0];
        var second = _group.Join();
        first = _group.Joined(first.MemberId);
        var waiting = _group.Sync(Answer(second));
        Assert.False(waiting.IsCompleted);

        var third = _group.Join();
        Assert.False(third.IsCompleted);
        Assert.Equal(ErrorCode.RebalanceInProgress, Answer(waiting).Error);
        Assert.Equal(ErrorCode.RebalanceInProgress, Answer(_group.Sync(first, (first.MemberId, "late"))).Error);
    }

    [Fact]
    public void A_leader_that_never_assigns_is_removed_and_the_others_join_again()
    {
        var first = _group.Stable([null])[0];
        var second = _group.Join();
        first = _group.Joined(first.MemberId);
        var waiting = _group.Sync(Answer(second));
        for (var waited = TimeSpan.Zero; waited < Rebalance; waited += Session / 2)
        {
            Assert.Equal(ErrorCode.None, _group.Heartbeat(first));
            _group.Time.Advance(Session / 2);
        }

        Assert.Equal(ErrorCode.RebalanceInProgress, Answer(waiting).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(first));
        Assert.Equal(Answer(second).MemberId, _group.Joined(Answer(second).MemberId).Leader);
    }

    [Fact]
    public void The_protocol_is_the_most_wanted_of_those_everybody_supports()
    {
        MemberProtocol range = Protocol("range"), sticky = Protocol("cooperative-sticky"), own = Protocol("own");
        var first = _group.Joined("", null, own, range, sticky);
        Assert.Equal("own", first.Protocol);

        var others = new[] { _group.Join("", null, sticky, range), _group.Join("", null, sticky, range) };
        Assert.Equal("cooperative-sticky", _group.Joined(first.MemberId, null, own, range, sticky).Protocol);
        Assert.All(others, other => Assert.Equal("cooperative-sticky", Answer(other).Protocol));
    }

    [Fact]
    public void Who_shares_no_protocol_or_is_of_another_type_is_refused()
    {
        _group.Stable([null]);

        Assert.Equal(ErrorCode.InconsistentGroupProtocol, _group.Joined("", null, Protocol("own")).Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Answer(_group.Join(Call() with { ProtocolType = "connect" })).Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Answer(_group.Join(Call() with { Protocols = [] })).Error);
        Assert.Equal(GroupState.Stable, _group.State);
    }

    [Fact]
    public void The_protocol_type_is_opaque()
    {
        var worker = Answer(_group.Join(Call("", null, Protocol("sessioned", "\0")) with { ProtocolType = "connect" }));
        Assert.Equal(("connect", "sessioned"), (worker.ProtocolType, worker.Protocol));
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Answer(_group.Sync(worker with { ProtocolType = "consumer" })).Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Answer(_group.Sync(worker with { Protocol = "compatible" })).Error);
        Assert.Equal(ErrorCode.None, Answer(_group.Sync(worker)).Error);
    }

    [Fact]
    public void Unknown_groups_and_members_are_told_so()
    {
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Joined("somebody").Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Leave("somebody"));
        Assert.Equal(GroupState.Dead, _group.State);

        var member = _group.Stable([null])[0];
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Joined("somebody").Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(member with { MemberId = "somebody" }));
        Assert.Equal(ErrorCode.UnknownMemberId, Answer(_group.Sync(member with { MemberId = "somebody" })).Error);
        Assert.Equal(ErrorCode.IllegalGeneration, Answer(_group.Sync(member with { Generation = 7 })).Error);
    }

    [Fact]
    public void An_empty_group_id_is_not_valid()
    {
        Assert.Equal(ErrorCode.InvalidGroupId, Answer(_group.Join(Call() with { Group = "" })).Error);
        Assert.Equal(ErrorCode.InvalidGroupId, _group.Coordinator.Heartbeat("", new MemberIdentity("a"), 1));
    }

    [Theory]
    [InlineData(0.099, ErrorCode.InvalidSessionTimeout)]
    [InlineData(0.1, ErrorCode.None)]
    [InlineData(1800, ErrorCode.None)]
    [InlineData(1800.001, ErrorCode.InvalidSessionTimeout)]
    internal void A_session_lasts_between_100_ms_and_30_minutes(double seconds, ErrorCode error) =>
        Assert.Equal(error, Answer(_group.Join(Call() with { SessionTimeout = TimeSpan.FromSeconds(seconds) })).Error);
}
