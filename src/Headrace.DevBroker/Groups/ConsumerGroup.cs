using System.Text.RegularExpressions;
using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Groups;

/// <summary>
/// One group of the consumer protocol (KIP-848): members say what they read and what they have, the broker assigns. Three epochs count: the group's, raised by whatever
/// changes who should have what; that of the targets, computed for it; and each member's, the newest target it has reached. Called under the coordinator's lock only.
/// </summary>
internal sealed class ConsumerGroup(GroupContext context, TopicCatalogue topics, string id) : IGroup
{
    private readonly OrderedDictionary<string, ConsumerMember> _members = [];
    private readonly ConsumerReconciliation _reconciliation = new();
    private HashSet<(Guid Id, int Partitions)> _read = [];
    private long _topicsVersion = -1;
    private int _epoch;
    private int _targetEpoch;

    // Why the present heartbeat raises the epoch; once, however much it changes.
    private string? _change;
    private string _assignor = TargetAssignor.Uniform;

    public string Id { get; } = id;

    public GroupState State => _members.Count == 0 ? GroupState.Empty
        : _epoch > _targetEpoch ? GroupState.Assigning
        : _members.Values.All(member => member.HasReached(_targetEpoch)) ? GroupState.Stable
        : GroupState.Reconciling;

    public ConsumerHeartbeatAnswer Heartbeat(ConsumerHeartbeat call)
    {
        if (call.Epoch < 0)
        {
            return Goes(call);
        }

        if (!TryRead(call.Pattern, out var pattern, out var fault))
        {
            return ConsumerHeartbeatAnswer.Refused(ErrorCode.InvalidRegularExpression, fault);
        }

        _change = null;
        var (error, message, member) = call.Epoch == ConsumerHeartbeat.Joining ? Join(call) : Find(call);
        if (member is null)
        {
            return ConsumerHeartbeatAnswer.Refused(error, message);
        }

        Update(member, call, pattern);
        LookAtTopics();
        if (_change is not null)
        {
            Raise(_change);
        }

        AssignIfNeeded();
        var before = member.Assigned;
        _reconciliation.Advance(member, call.Owned, _targetEpoch);
        member.Session!.Set(context.Settings.ConsumerSession);
        return new ConsumerHeartbeatAnswer
        {
            MemberId = member.Id,
            Epoch = member.Epoch,
            Interval = context.Settings.ConsumerHeartbeatInterval,
            Assignment = call.IsFull || !before.SetEquals(member.Assigned) ? [.. member.Assigned] : null,
        };
    }

    public IReadOnlyList<ErrorCode> Leave(IReadOnlyList<MemberIdentity> leaving) => [.. leaving.Select(identity =>
    {
        var member = identity.HasNoId ? FindStatic(identity.InstanceId) : _members.GetValueOrDefault(identity.MemberId);
        if (member is not null)
        {
            Remove(member, "was removed");
        }

        return member is null ? ErrorCode.UnknownMemberId : ErrorCode.None;
    })];

    public void Disconnect(string connectionId)
    {
        foreach (var member in _members.Values.Where(member => member.InstanceId is null && member.Client.ConnectionId == connectionId).ToList())
        {
            Remove(member, "lost its connection");
        }
    }

    public ErrorCode ValidateCommit(MemberIdentity identity, int generation, bool isTransactional)
    {
        if (generation < 0 && (_members.Count == 0 || (isTransactional && identity is { HasNoId: true, InstanceId: null })))
        {
            return ErrorCode.None;
        }

        var error = ValidateEpoch(identity.MemberId, generation);
        return error == ErrorCode.StaleMemberEpoch && isTransactional ? ErrorCode.IllegalGeneration : error;
    }

    public ErrorCode ValidateFetch(string? memberId, int epoch) => memberId is null && epoch < 0 ? ErrorCode.None : ValidateEpoch(memberId ?? string.Empty, epoch);

    public ErrorCode ValidateDelete() => _members.Count == 0 ? ErrorCode.None : ErrorCode.NonEmptyGroup;

    public ErrorCode ValidateOffsetDelete() => ErrorCode.None;

    public bool IsSubscribedTo(string topic) => _members.Values.Any(member => member.Reads(topic));

    public bool Rebalance(string reason)
    {
        if (_members.Count > 0)
        {
            Raise(reason);
        }

        return _members.Count > 0;
    }

    public int Expire(string? member)
    {
        var expired = _members.Values.Where(one => member is null || one.Id == member || one.InstanceId == member).ToList();
        expired.ForEach(one => Remove(one, "had its session ended by a fault"));
        return expired.Count;
    }

    public GroupDescription Describe() => new() { Id = Id, State = State, ProtocolType = ConsumerSubscription.ProtocolType, IsClassic = false };

    public ConsumerGroupDescription DescribeFully() => new()
    {
        Id = Id,
        State = State,
        Epoch = _epoch,
        TargetEpoch = _targetEpoch,
        Assignor = _assignor,
        Members = [.. _members.Values.Select(member => new ConsumerGroupDescription.Member(
            member.Id, member.InstanceId, member.RackId, member.Epoch, member.Client, member.Topics, member.PatternText, member.Assigned, [.. member.Target]))],
    };

    public void End()
    {
        foreach (var member in _members.Values)
        {
            member.StopTimers();
        }
    }

    private static (ErrorCode Error, string Message, ConsumerMember? Member) Refused(ErrorCode error, string message) => (error, message, null);

    // The whole name has to match. What RE2 knows and this does not, or the reverse, is rare in topic names.
    private static bool TryRead(string? text, out Regex? pattern, out string fault)
    {
        (pattern, fault) = (null, string.Empty);
        try
        {
            pattern = string.IsNullOrEmpty(text) ? null : new Regex($"^(?:{text})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (Exception reason) when (reason is ArgumentException or NotSupportedException)
        {
            fault = $"Regular expression '{text}' is not valid: {reason.Message}";
            return false;
        }
    }

    private ConsumerHeartbeatAnswer Goes(ConsumerHeartbeat call)
    {
        var member = FindStatic(call.Member.InstanceId) ?? _members.GetValueOrDefault(call.Member.MemberId);
        if (member is null)
        {
            return ConsumerHeartbeatAnswer.Refused(ErrorCode.UnknownMemberId, $"Member {call.Member.MemberId} is not a member of group {Id}.");
        }

        if (member.Id != call.Member.MemberId)
        {
            return ConsumerHeartbeatAnswer.Refused(ErrorCode.FencedInstanceId, $"Static member {call.Member.InstanceId} is {member.Id} now.");
        }

        if (call.Epoch == ConsumerHeartbeat.LeavingForNow)
        {
            member.Epoch = ConsumerHeartbeat.LeavingForNow;
            member.Revocation?.Clear();
        }
        else
        {
            Remove(member, "left");
        }

        return new ConsumerHeartbeatAnswer { MemberId = member.Id, Epoch = call.Epoch, Interval = TimeSpan.Zero };
    }

    private (ErrorCode Error, string Message, ConsumerMember? Member) Join(ConsumerHeartbeat call)
    {
        if (FindStatic(call.Member.InstanceId) is { } seat && seat.Id != call.Member.MemberId)
        {
            return seat.Epoch == ConsumerHeartbeat.LeavingForNow
                ? (ErrorCode.None, string.Empty, TakeSeat(seat, call.Member.MemberId))
                : Refused(ErrorCode.UnreleasedInstanceId, $"Static member {call.Member.InstanceId} still lives as {seat.Id}.");
        }

        if (_members.TryGetValue(call.Member.MemberId, out var member))
        {
            // It was fenced, or has lost its memory: it has nothing, and begins again.
            _reconciliation.Release(member);
            (member.Epoch, member.AwaitsOthers) = (ConsumerHeartbeat.Joining, false);
            return (ErrorCode.None, string.Empty, member);
        }

        member = new ConsumerMember(call.Member.MemberId, call.Member.InstanceId);
        Add(member);
        _members.Add(member.Id, member);
        _change = $"member {member.Id} joins";
        return (ErrorCode.None, string.Empty, member);
    }

    private (ErrorCode Error, string Message, ConsumerMember? Member) Find(ConsumerHeartbeat call)
    {
        if (call.Member.InstanceId is { } instance && FindStatic(instance) is { } seat && seat.Id != call.Member.MemberId)
        {
            return Refused(ErrorCode.FencedInstanceId, $"Static member {instance} is {seat.Id} now.");
        }

        if (!_members.TryGetValue(call.Member.MemberId, out var member))
        {
            return Refused(ErrorCode.UnknownMemberId, $"Member {call.Member.MemberId} is not a member of group {Id}.");
        }

        // The answer that told it the present epoch may have been lost; then it can have no more than it was given.
        var lostTheAnswer = call.Epoch == member.FormerEpoch && call.Owned is { } owned && owned.IsSubsetOf(member.Assigned);
        return call.Epoch == member.Epoch || lostTheAnswer
            ? (ErrorCode.None, string.Empty, member)
            : Refused(ErrorCode.FencedMemberEpoch, $"Member {member.Id} is at epoch {member.Epoch}, not {call.Epoch}. It has to join again.");
    }

    private ConsumerMember TakeSeat(ConsumerMember seat, string memberId)
    {
        var renewed = seat.Renewed(memberId);
        seat.StopTimers();
        _reconciliation.Replace(seat, renewed);
        Add(renewed);
        _members.SetAt(_members.IndexOf(seat.Id), memberId, renewed);
        return renewed;
    }

    private void Add(ConsumerMember member)
    {
        member.Session = context.NewDeadline(() => Remove(member, "was not heard of for too long"));
        member.Revocation = context.NewDeadline(() => Remove(member, "did not give back its partitions in time"));
    }

    private void Update(ConsumerMember member, ConsumerHeartbeat call, Regex? pattern)
    {
        var changes = (call.Topics is { } names && !member.Topics.SetEquals(names)) || (call.Pattern is not null && call.Pattern != (member.PatternText ?? string.Empty));
        member.Client = call.Client;
        member.RackId = call.RackId ?? member.RackId;
        member.RebalanceTimeout = call.RebalanceTimeout ?? member.RebalanceTimeout;
        member.Assignor = call.Assignor ?? member.Assignor;
        member.Topics = call.Topics is null ? member.Topics : call.Topics.ToHashSet();
        if (call.Pattern is not null)
        {
            (member.Pattern, member.PatternText) = (pattern, call.Pattern.Length == 0 ? null : call.Pattern);
        }

        if (changes)
        {
            _topicsVersion = -1;
            _change ??= $"member {member.Id} reads other topics";
        }
    }

    private void LookAtTopics()
    {
        if (_topicsVersion == topics.Version)
        {
            return;
        }

        _topicsVersion = topics.Version;
        var read = ReadTopics().Select(topic => (topic.Id, topic.Partitions.Count)).ToHashSet();
        if (!read.SetEquals(_read))
        {
            _read = read;
            _change ??= "topics that it reads have come, gone or grown";
        }
    }

    private void AssignIfNeeded()
    {
        if (_epoch == _targetEpoch)
        {
            return;
        }

        _assignor = _members.Values.Select(member => member.Assignor).OfType<string>().CountBy(name => name).OrderByDescending(vote => vote.Value).FirstOrDefault().Key
            ?? TargetAssignor.Uniform;
        TargetAssignor.Assign(_assignor, _members.Values, ReadTopics());
        _targetEpoch = _epoch;
    }

    private List<Topic> ReadTopics() => [.. topics.All.Where(topic => _members.Values.Any(member => member.Reads(topic.Name)))];

    private void Remove(ConsumerMember member, string reason)
    {
        member.StopTimers();
        _members.Remove(member.Id);
        _reconciliation.Release(member);
        Raise($"member {member.Id} {reason}");
    }

    private void Raise(string reason)
    {
        _epoch++;
        GroupLog.EpochRaised(context.Logger, Id, _epoch, _members.Count, reason);
    }

    private ConsumerMember? FindStatic(string? instance) => instance is null ? null : _members.Values.FirstOrDefault(member => member.InstanceId == instance);

    private ErrorCode ValidateEpoch(string memberId, int epoch) =>
        !_members.TryGetValue(memberId, out var member) ? ErrorCode.UnknownMemberId
        : member.Epoch != epoch ? ErrorCode.StaleMemberEpoch
        : ErrorCode.None;
}
