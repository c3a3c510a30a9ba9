using Headrace.Broker.Wire;

namespace Headrace.Broker.Groups;

/// <summary>
/// One group of the classic protocol, as its members' requests see it. Answers, errors included, are Apache Kafka's. Called under the coordinator's lock only.
/// </summary>
internal sealed class ClassicGroup : IGroup
{
    private readonly GroupContext _context;
    private readonly ClassicRoster _roster = new();
    private readonly ClassicRound _round;
    private readonly ClassicJoin _join;

    public ClassicGroup(GroupContext context, string id)
    {
        _context = context;
        Id = id;
        _round = new ClassicRound(context, id, _roster);
        _join = new ClassicJoin(_roster, _round, NewMember, memberId => context.NewDeadline(() => ExpirePending(memberId)));
    }

    public string Id { get; }

    public GroupState State => _round.State;

    public void Join(JoinCall call, TaskCompletionSource<JoinAnswer> answer) => _join.Handle(call, answer);

    public void Sync(SyncCall call, TaskCompletionSource<SyncAnswer> answer)
    {
        var error = Validate(call.Member, call.Generation, out var member);
        if (error == ErrorCode.None && (Differs(call.ProtocolType, _roster.ProtocolType) || Differs(call.Protocol, _round.Protocol)))
        {
            error = ErrorCode.InconsistentGroupProtocol;
        }

        if (error == ErrorCode.None && State == GroupState.PreparingRebalance)
        {
            error = ErrorCode.RebalanceInProgress;
        }

        if (error != ErrorCode.None || member is null)
        {
            answer.SetResult(SyncAnswer.Refused(error));
            return;
        }

        _round.NoteSync(member);
        if (State == GroupState.Stable)
        {
            answer.SetResult(_round.SyncAnswerFor(member));
            return;
        }

        member.AwaitSync(answer);
        if (_roster.Leads(member))
        {
            _round.Assign(call.Assignments);
        }
    }

    public ErrorCode Heartbeat(MemberIdentity identity, int generation)
    {
        var error = Validate(identity, generation, out var member);
        if (error != ErrorCode.None || member is null)
        {
            return error;
        }

        member.Session.Set(member.SessionTimeout);
        return State == GroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <summary>Several may leave at once, and an administrator may name a static member by its instance alone.</summary>
    public IReadOnlyList<ErrorCode> Leave(IReadOnlyList<MemberIdentity> leaving)
    {
        var errors = leaving.Select(LeaveOne).ToList();
        if (errors.Contains(ErrorCode.None) && State != GroupState.Empty)
        {
            var left = leaving.Where((_, i) => errors[i] == ErrorCode.None).Select(member => member.InstanceId ?? member.MemberId);
            _round.OpenOrTryClose($"left: {string.Join(", ", left)}");
        }

        return errors;
    }

    /// <summary>The connections of dynamic members are their lives, where the broker was told so.</summary>
    public void Disconnect(string connectionId)
    {
        foreach (var member in _roster.Members.Where(member => !member.IsStatic && member.Client.ConnectionId == connectionId).ToList())
        {
            Evict(member, $"member {member.Id} lost its connection");
        }
    }

    public ErrorCode ValidateCommit(MemberIdentity identity, int generation, bool isTransactional)
    {
        if (generation < 0 && State == GroupState.Empty)
        {
            // An administrator, or a consumer that uses the group for its offsets only; whatever member id it invents.
            return ErrorCode.None;
        }

        if (generation < 0 && identity is { HasNoId: true, InstanceId: null })
        {
            // A producer that is told no more than the group's id (before KIP-447) is fenced by its transaction alone.
            return isTransactional ? ErrorCode.None : ErrorCode.UnknownMemberId;
        }

        var error = Validate(identity, generation, out var member);
        if (error == ErrorCode.None && !isTransactional && State == GroupState.CompletingRebalance)
        {
            return ErrorCode.RebalanceInProgress;
        }

        member?.Session.Set(member.SessionTimeout);
        return error;
    }

    /// <summary>Members of this protocol do not say who they are when they ask.</summary>
    public ErrorCode ValidateFetch(string? memberId, int epoch) => ErrorCode.None;

    public ErrorCode ValidateDelete() => State == GroupState.Empty ? ErrorCode.None : ErrorCode.NonEmptyGroup;

    public ErrorCode ValidateOffsetDelete() =>
        State == GroupState.Empty || _roster.ProtocolType == ConsumerSubscription.ProtocolType ? ErrorCode.None : ErrorCode.NonEmptyGroup;

    /// <summary>A consumer group that hides what it reads is taken to read everything.</summary>
    public bool IsSubscribedTo(string topic) =>
        _round.SubscribedTopics?.Contains(topic) ?? _roster.ProtocolType == ConsumerSubscription.ProtocolType;

    /// <summary>False: nobody is there to join again.</summary>
    public bool Rebalance(string reason)
    {
        if (_roster.Members.Count > 0)
        {
            _round.OpenOrTryClose(reason);
        }

        return _roster.Members.Count > 0;
    }

    /// <summary>Ends the sessions of the member with that id or instance id, or of all. Returns how many there were.</summary>
    public int Expire(string? member)
    {
        var expired = _roster.Members.Where(one => member is null || one.Id == member || one.InstanceId == member).ToList();
        foreach (var one in expired)
        {
            Evict(one, $"a fault ended the session of member {one.Id}");
        }

        return expired.Count;
    }

    public GroupDescription Describe() => new()
    {
        Id = Id,
        State = State,
        ProtocolType = _roster.ProtocolType ?? string.Empty,
        Protocol = State == GroupState.Stable ? _round.Protocol ?? string.Empty : string.Empty,
        Members = [.. _roster.Members.Select(member => new GroupDescription.Member(
            member.Id,
            member.InstanceId,
            member.Client,
            State == GroupState.Stable ? member.MetadataOf(_round.Protocol) : [],
            member.Assignment))],
    };

    /// <summary>Stops every timer. Requests that still wait are left to the end of their connections.</summary>
    public void End()
    {
        _round.End();
        _roster.ClearPending();
        foreach (var member in _roster.Members)
        {
            member.Session.Clear();
        }
    }

    private static bool Differs(string? said, string? known) => said is not null && known is not null && said != known;

    private ErrorCode Validate(MemberIdentity identity, int generation, out ClassicMember? member)
    {
        var error = _join.Validate(identity, out member);
        if (error == ErrorCode.None && generation != _round.Generation)
        {
            member = null;
            error = ErrorCode.IllegalGeneration;
        }

        return error;
    }

    private ErrorCode LeaveOne(MemberIdentity identity)
    {
        if (identity.HasNoId)
        {
            identity = identity with { MemberId = _roster.FindStatic(identity.InstanceId) ?? string.Empty };
        }
        else if (_roster.RemovePending(identity.MemberId))
        {
            return ErrorCode.None;
        }

        var error = _join.Validate(identity, out var member);
        if (member is not null)
        {
            Remove(member);
        }

        return error;
    }

    private ClassicMember NewMember(string id, string? instanceId, MemberClient client)
    {
        ClassicMember? member = null;
        member = new ClassicMember(id, instanceId, client, _context.NewDeadline(() => ExpireSession(member!)));
        return member;
    }

    private void ExpireSession(ClassicMember member)
    {
        if (!member.IsExcusedFromHeartbeats)
        {
            Evict(member, $"the session of member {member.Id} ended after {member.SessionTimeout.TotalMilliseconds:0} ms without a heartbeat");
        }
    }

    private void ExpirePending(string memberId)
    {
        _roster.RemovePending(memberId);
        _round.CloseIfEverybodyAwaits();
    }

    private void Evict(ClassicMember member, string reason)
    {
        Remove(member);
        if (State == GroupState.PreparingRebalance)
        {
            _round.CloseIfEverybodyAwaits();
        }
        else
        {
            _round.Open(reason);
        }
    }

    private void Remove(ClassicMember member)
    {
        member.AnswerJoin(JoinAnswer.Refused(ErrorCode.UnknownMemberId));
        member.AnswerSync(SyncAnswer.Refused(ErrorCode.UnknownMemberId));
        _roster.Remove(member);
    }
}
