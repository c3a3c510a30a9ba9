using Headrace.Broker.Groups;
using Headrace.Broker.Wire;
using static Headrace.Broker.Tests.Groups.GroupUnderTest;

namespace Headrace.Broker.Tests.Groups;

/// <summary>The ways in which a member stops being one.</summary>
public sealed class LeavingTests : IDisposable
{
    private readonly GroupUnderTest _group = new();

    public void Dispose() => _group.Dispose();

    [Fact]
    public void A_member_that_leaves_starts_a_round_and_the_last_one_leaves_the_group_empty()
    {
        var members = _group.Stable(null, null);

        Assert.Equal(ErrorCode.None, _group.Leave(members[0].MemberId));
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(members[1]));
        var alone = _group.Joined(members[1].MemberId);
        Assert.Equal((3, members[1].MemberId), (alone.Generation, alone.Leader));

        Assert.Equal(ErrorCode.None, _group.Leave(alone.MemberId));
        Assert.Equal(GroupState.Empty, _group.State);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(alone));
    }

    [Fact]
    public void Several_may_leave_at_once_each_with_its_own_answer()
    {
        var members = _group.Stable(null, "seat", null);
        var errors = _group.Coordinator.Leave(Name, [new(members[0].MemberId), new("", "seat"), new("nobody"), new("", "no seat"), new("")]);

        Assert.Equal(
            [ErrorCode.None, ErrorCode.None, ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId, ErrorCode.UnknownMemberId],
            errors);
        Assert.Single(_group.Joined(members[2].MemberId).Members);
    }

    [Fact]
    public void A_member_that_falls_silent_is_removed_when_its_session_ends()
    {
        var members = _group.Stable(null, null);
        _group.Advance(9);
        Assert.Equal(ErrorCode.None, _group.Heartbeat(members[0]));
        _group.Advance(1);

        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(members[0]));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(members[1]));
        Assert.Single(_group.Joined(members[0].MemberId).Members);
    }

    [Fact]
    public void Members_whose_request_waits_need_no_heartbeat()
    {
        var first = _group.Stable([null])[0];
        var second = _group.Join();
        var rejoined = _group.Joined(first.MemberId);
        var third = _group.Join(Call() with { RebalanceTimeout = 10 * Rebalance });
        var waiting = _group.Join(rejoined.MemberId);
        for (var i = 0; i < 4; i++)
        {
            _group.Advance(9);
            _group.Heartbeat(Answer(second));
        }

        Assert.False(waiting.IsCompleted);
        Assert.False(third.IsCompleted);
        Assert.Equal(3, _group.Joined(Answer(second).MemberId).Generation);
        Assert.Equal(rejoined.MemberId, Answer(waiting).MemberId);
    }

    [Fact]
    public void After_the_assignment_a_session_starts_anew()
    {
        var first = _group.Stable([null])[0];
        var second = _group.Join();
        first = _group.Joined(first.MemberId);
        var waiting = _group.Sync(Answer(second));
        for (var i = 0; i < 3; i++)
        {
            // The second member's session ends meanwhile, unheeded.
            _group.Advance(9);
            Assert.Equal(ErrorCode.None, _group.Heartbeat(first));
        }

        Answer(_group.Sync(first, (Answer(second).MemberId, "share")));
        Assert.Equal("share", Text(Answer(waiting)));
        _group.Advance(9);
        Assert.Equal(ErrorCode.None, _group.Heartbeat(Answer(second)));
        _group.Advance(10);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(Answer(second)));
    }

    [Fact]
    public void An_id_that_is_never_used_holds_a_round_up_for_one_session_only()
    {
        var first = _group.Stable([null])[0];
        var pending = Answer(_group.Join(Call() with { RequiresKnownId = true }));
        var rejoining = _group.Join(first.MemberId);
        Assert.False(rejoining.IsCompleted);

        _group.Advance(10);
        Assert.Equal(2, Answer(rejoining).Generation);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Joined(pending.MemberId).Error);
    }

    [Fact]
    public void An_unused_id_can_be_given_back()
    {
        var first = _group.Stable([null])[0];
        var pending = Answer(_group.Join(Call() with { RequiresKnownId = true }));
        var rejoining = _group.Join(first.MemberId);

        Assert.Equal(ErrorCode.None, _group.Leave(pending.MemberId));
        Assert.Equal(2, Answer(rejoining).Generation);
    }

    [Fact]
    public void A_new_member_whose_client_is_gone_does_not_wait_in_a_round_for_ever()
    {
        using var group = new GroupUnderTest();
        var first = Answer(group.Join(Call() with { RebalanceTimeout = TimeSpan.FromHours(1), SessionTimeout = TimeSpan.FromMinutes(20) }));
        var second = group.Join();
        group.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(ErrorCode.UnknownMemberId, Answer(second).Error);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(first));
    }

    [Fact]
    public void A_member_that_is_removed_while_it_waits_is_told_so()
    {
        var first = _group.Stable([null])[0];
        _group.Join();
        var waiting = _group.Join(first.MemberId);
        Assert.True(waiting.IsCompleted);

        var third = _group.Join();
        var again = _group.Join(first.MemberId);
        Assert.Equal(ErrorCode.None, _group.Leave(first.MemberId));
        Assert.Equal(ErrorCode.UnknownMemberId, Answer(again).Error);
        Assert.False(third.IsCompleted);
    }

    [Fact]
    public void A_lost_connection_ends_nothing_by_default()
    {
        using var closing = new CancellationTokenSource();
        var member = Answer(_group.Join(Call() with { Client = new MemberClient("client", "/127.0.0.1", "7", closing.Token) }));
        closing.Cancel();
        Assert.Equal(ErrorCode.None, _group.Heartbeat(member));
    }

    [Fact]
    public void A_lost_connection_ends_a_dynamic_membership_where_the_broker_was_told_so_never_a_static_one()
    {
        using var group = new GroupUnderTest(new GroupSettings { EvictOnDisconnect = true });
        using var closing = new CancellationTokenSource();
        var client = new MemberClient("client", "/127.0.0.1", "7", closing.Token);
        var dynamic = Answer(group.Join(Call() with { Client = client }));
        var seated = group.Join(Call(instance: "seat") with { Client = client });
        dynamic = Answer(group.Join(Call(dynamic.MemberId) with { Client = client }));
        closing.Cancel();

        Assert.Equal(ErrorCode.UnknownMemberId, group.Heartbeat(dynamic));
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat(Answer(seated)));
    }
}
