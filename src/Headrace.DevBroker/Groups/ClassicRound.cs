using Headrace.Broker.Wire;

namespace Headrace.Broker.Groups;

/// <summary>
/// How a classic group gets from one generation to the next: a round opens, members join, it closes with a number, a protocol and a leader, the leader assigns.
/// Called under the coordinator's lock only.
/// </summary>
internal sealed class ClassicRound
{
    private readonly GroupContext _context;
    private readonly string _group;
    private readonly ClassicRoster _roster;
    private readonly Deadline _joins;
    private readonly Deadline _syncs;

    // Of an initial round, the first after Empty, which waits for more members even when all known ones have joined.
    private TimeSpan? _initialWaitLeft;
    private bool _someoneNewCame;

    public ClassicRound(GroupContext context, string group, ClassicRoster roster)
    {
        _context = context;
        _group = group;
        _roster = roster;
        _joins = context.NewDeadline(JoinsElapsed);
        _syncs = context.NewDeadline(SyncsElapsed);
    }

    public GroupState State { get; private set; } = GroupState.Empty;

    public int Generation { get; private set; }

    public TimeSpan NewMemberWait => _context.Settings.NewMemberWait;

    /// <summary>What the members agreed on; null while there are none.</summary>
    public string? Protocol { get; private set; }

    /// <summary>Of this generation; null when the members do not tell in a way the broker can read.</summary>
    public IReadOnlySet<string>? SubscribedTopics { get; private set; }

    /// <summary>Opens a round, or closes the open one if the change at hand was what it waited for.</summary>
    public void OpenOrTryClose(string reason)
    {
        if (State == GroupState.PreparingRebalance)
        {
            TryClose();
        }
        else
        {
            Open(reason);
        }
    }

    public void Open(string reason)
    {
        foreach (var member in _roster.Members)
        {
            if (State == GroupState.CompletingRebalance)
            {
                member.Assignment = [];
                AnswerSync(member, SyncAnswer.Refused(ErrorCode.RebalanceInProgress));
            }

            member.OwesSync = false;
        }

        _syncs.Clear();
        var initial = State == GroupState.Empty;
        MoveTo(GroupState.PreparingRebalance, reason);
        if (initial)
        {
            var delay = _context.Settings.InitialRebalanceDelay;
            WaitForMore(delay, _roster.LongestRebalanceTimeout - delay);
        }
        else if (_roster.EverybodyAwaitsJoin)
        {
            Close();
        }
        else
        {
            _joins.Set(_roster.LongestRebalanceTimeout);
        }
    }

    /// <summary>A member was added while a round may be open.</summary>
    public void NoteNewMember() => _someoneNewCame = _initialWaitLeft is not null;

    public void TryClose()
    {
        if (State == GroupState.PreparingRebalance && _initialWaitLeft is null && _roster.EverybodyAwaitsJoin)
        {
            Close();
        }
    }

    /// <summary>After somebody was timed out of the round: also closes an initial one early.</summary>
    public void CloseIfEverybodyAwaits()
    {
        if (State == GroupState.PreparingRebalance && _roster.EverybodyAwaitsJoin)
        {
            Close();
        }
    }

    /// <summary>The leader has spoken.</summary>
    public void Assign(IReadOnlyDictionary<string, byte[]> assignments)
    {
        foreach (var member in _roster.Members)
        {
            member.Assignment = assignments.GetValueOrDefault(member.Id) ?? [];
            AnswerSync(member, SyncAnswerFor(member));
        }

        MoveTo(GroupState.Stable, $"assignment received from leader {_roster.LeaderId}");
    }

    /// <summary>A member has asked for its assignment.</summary>
    public void NoteSync(ClassicMember member)
    {
        member.OwesSync = false;
        if (!_roster.Members.Any(other => other.OwesSync))
        {
            _syncs.Clear();
        }
    }

    public SyncAnswer SyncAnswerFor(ClassicMember member) => new()
    {
        ProtocolType = _roster.ProtocolType,
        Protocol = Protocol,
        Assignment = member.Assignment,
    };

    /// <summary>The current generation as one member is told it.</summary>
    public JoinAnswer JoinAnswerFor(ClassicMember member) => new()
    {
        MemberId = member.Id,
        Generation = Generation,
        ProtocolType = _roster.ProtocolType,
        Protocol = Protocol,
        Leader = _roster.LeaderId ?? string.Empty,
        Members = _roster.Leads(member)
            ? [.. _roster.Members.Select(other => new JoinAnswer.Joined(other.Id, other.InstanceId, other.MetadataOf(Protocol)))]
            : [],
    };

    /// <summary>For good: the group is deleted, or the broker ends.</summary>
    public void End()
    {
        State = GroupState.Dead;
        _joins.Clear();
        _syncs.Clear();
    }

    private void WaitForMore(TimeSpan wait, TimeSpan left)
    {
        _initialWaitLeft = left;
        _someoneNewCame = false;
        if (wait == TimeSpan.Zero)
        {
            Close();
        }
        else
        {
            _joins.Set(wait);
        }
    }

    private void JoinsElapsed()
    {
        if (_initialWaitLeft is { } left && left > TimeSpan.Zero && _someoneNewCame)
        {
            var wait = left < _context.Settings.InitialRebalanceDelay ? left : _context.Settings.InitialRebalanceDelay;
            WaitForMore(wait, left - wait);
        }
        else
        {
            Close();
        }
    }

    private void Close()
    {
        _joins.Clear();
        foreach (var absent in _roster.Members.Where(member => !member.AwaitsJoin && !member.IsStatic).ToList())
        {
            _roster.Remove(absent);
        }

        if (!_roster.TryElectLeader() && _roster.Members.Count > 0)
        {
            // Only static members are left and none of them is back. Their sessions decide.
            GroupLog.NobodyRejoined(_context.Logger, _group, Generation);
            _joins.Set(_roster.LongestRebalanceTimeout);
            return;
        }

        _initialWaitLeft = null;
        Generation++;
        Protocol = _roster.Members.Count == 0 ? null : _roster.ElectProtocol();
        SubscribedTopics = ConsumerSubscription.TopicsOf(_roster, Protocol);
        if (Protocol is null)
        {
            MoveTo(GroupState.Empty, "the last member is gone");
            return;
        }

        MoveTo(GroupState.CompletingRebalance, $"all have joined, protocol {Protocol}, leader {_roster.LeaderId}");
        foreach (var member in _roster.Members)
        {
            member.AnswerJoin(JoinAnswerFor(member));
            member.Session.Set(member.SessionTimeout);
            member.IsNew = false;
            member.OwesSync = true;
        }

        _syncs.Set(_roster.LongestRebalanceTimeout);
    }

    private void SyncsElapsed()
    {
        var silent = _roster.Members.Where(member => member.OwesSync).ToList();
        foreach (var member in silent)
        {
            _roster.Remove(member);
        }

        Open($"members that did not ask for their assignment in time were removed: {string.Join(", ", silent.Select(member => member.Id))}");
    }

    private static void AnswerSync(ClassicMember member, SyncAnswer answer)
    {
        if (member.AnswerSync(answer))
        {
            // While the request was parked no heartbeat could come, and one that was due has passed unheeded.
            member.Session.Set(member.SessionTimeout);
        }
    }

    private void MoveTo(GroupState next, string reason)
    {
        var before = State;
        State = next;
        GroupLog.StateChanged(_context.Logger, _group, before, next, Generation, _roster.Members.Count, _roster.StaticCount, reason);
    }
}
