using Headrace.Broker.Wire;

namespace Headrace.Broker.Groups;

/// <summary>What a JoinGroup means for a group: a new member, a known one that comes back, or nobody. Called under the coordinator's lock only.</summary>
internal sealed class ClassicJoin(
    ClassicRoster roster,
    ClassicRound round,
    Func<string, string?, MemberClient, ClassicMember> newMember,
    Func<string, Deadline> newPendingExpiry)
{
    public void Handle(JoinCall call, TaskCompletionSource<JoinAnswer> answer)
    {
        if (!roster.Admits(call.ProtocolType, call.Protocols))
        {
            answer.SetResult(JoinAnswer.Refused(ErrorCode.InconsistentGroupProtocol, call.Member.MemberId));
        }
        else if (!call.Member.HasNoId)
        {
            HandleKnown(call, answer);
        }
        else if (call.Member.InstanceId is not null)
        {
            HandleStatic(call, answer);
        }
        else if (call.RequiresKnownId)
        {
            var memberId = NewId(call.Client.ClientId);
            var expiry = newPendingExpiry(memberId);
            roster.AddPending(memberId, expiry);
            expiry.Set(call.SessionTimeout);
            answer.SetResult(JoinAnswer.Refused(ErrorCode.MemberIdRequired, memberId));
        }
        else
        {
            Add(call, NewId(call.Client.ClientId), answer);
        }
    }

    /// <summary>The instance comes first: an id that another process of the same instance has taken over is fenced, not unknown.</summary>
    public ErrorCode Validate(MemberIdentity identity, out ClassicMember? member)
    {
        member = null;
        if (identity.InstanceId is not null && roster.FindStatic(identity.InstanceId) is { } owner && owner != identity.MemberId)
        {
            return ErrorCode.FencedInstanceId;
        }

        if (identity.InstanceId is not null && roster.FindStatic(identity.InstanceId) is null)
        {
            return ErrorCode.UnknownMemberId;
        }

        return roster.TryFind(identity.MemberId, out member) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    private void HandleKnown(JoinCall call, TaskCompletionSource<JoinAnswer> answer)
    {
        if (roster.IsPending(call.Member.MemberId))
        {
            Add(call, call.Member.MemberId, answer);
            return;
        }

        var error = Validate(call.Member, out var member);
        if (member is null)
        {
            answer.SetResult(JoinAnswer.Refused(error, call.Member.MemberId));
            return;
        }

        // A follower that changes nothing gets the generation there is: it lost the answer, or asks too often. A stable group's leader joins to force a round,
        // because it sees what the broker does not (new partitions; Connect's tasks).
        var changesNothing = member.HasSame(call.Protocols);
        if (changesNothing && (round.State == GroupState.CompletingRebalance || (round.State == GroupState.Stable && !roster.Leads(member))))
        {
            answer.SetResult(round.JoinAnswerFor(member));
            return;
        }

        Update(member, call);
        member.AwaitJoin(answer);
        round.OpenOrTryClose(changesNothing ? $"leader {member.Id} joins again{Reason(call)}" : $"member {member.Id} joins with other metadata{Reason(call)}");
    }

    private void HandleStatic(JoinCall call, TaskCompletionSource<JoinAnswer> answer)
    {
        var memberId = NewId(call.Member.InstanceId!);
        if (roster.FindStatic(call.Member.InstanceId) is not { } seat || !roster.TryFind(seat, out var old))
        {
            Add(call, memberId, answer);
            return;
        }

        var leaderBefore = roster.LeaderId;
        var renewed = newMember(memberId, call.Member.InstanceId, call.Client);
        renewed.Assignment = old.Assignment;
        renewed.OwesSync = old.OwesSync;
        old.AnswerJoin(JoinAnswer.Refused(ErrorCode.FencedInstanceId, old.Id));
        old.AnswerSync(SyncAnswer.Refused(ErrorCode.FencedInstanceId));
        roster.Replace(old, renewed);
        Update(renewed, call);
        renewed.Session.Set(renewed.SessionTimeout);
        if (round.State == GroupState.Stable && roster.ElectProtocol() == round.Protocol)
        {
            answer.SetResult(AnswerToReturned(renewed, call, leaderBefore));
            return;
        }

        renewed.AwaitJoin(answer);
        round.OpenOrTryClose($"static member {call.Member.InstanceId} came back as {memberId}{Reason(call)}");
    }

    // Nothing changed, so there is no round. An old client that led would assign again if it knew that it leads: it is told its former id as the leader's.
    private JoinAnswer AnswerToReturned(ClassicMember renewed, JoinCall call, string? leaderBefore)
    {
        var answer = round.JoinAnswerFor(renewed);
        return call.CanSkipAssignment
            ? answer with { SkipAssignment = roster.Leads(renewed) }
            : answer with { Leader = leaderBefore ?? string.Empty, Members = [] };
    }

    private void Add(JoinCall call, string memberId, TaskCompletionSource<JoinAnswer> answer)
    {
        var member = newMember(memberId, call.Member.InstanceId, call.Client);
        member.IsNew = true;
        Update(member, call);
        member.AwaitJoin(answer);
        round.NoteNewMember();
        roster.Add(member, call.ProtocolType);
        member.Session.Set(round.NewMemberWait);
        round.OpenOrTryClose($"member {memberId} joins{Reason(call)}");
    }

    private static void Update(ClassicMember member, JoinCall call)
    {
        member.Protocols = call.Protocols;
        member.SessionTimeout = call.SessionTimeout;
        member.RebalanceTimeout = call.RebalanceTimeout;
    }

    private static string NewId(string prefix) => $"{prefix}-{Guid.NewGuid()}";

    private static string Reason(JoinCall call) => string.IsNullOrEmpty(call.Reason) ? string.Empty : $" ({call.Reason})";
}
