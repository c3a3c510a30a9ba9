using System.Diagnostics.CodeAnalysis;

namespace Headrace.Broker.Groups;

/// <summary>Who is in a classic group: members in the order they came, static seats, ids given out and not used yet, and who leads.</summary>
internal sealed class ClassicRoster
{
    private readonly OrderedDictionary<string, ClassicMember> _members = [];
    private readonly Dictionary<string, string> _memberIdByInstance = [];
    private readonly Dictionary<string, Deadline> _pendingIds = [];

    public IList<ClassicMember> Members => _members.Values;

    public string? LeaderId { get; private set; }

    /// <summary>Opaque: "consumer", "connect", or what a client likes. It outlives the last member.</summary>
    public string? ProtocolType { get; private set; }

    public int StaticCount => _memberIdByInstance.Count;

    public bool EverybodyAwaitsJoin => _pendingIds.Count == 0 && Members.All(member => member.AwaitsJoin);

    public TimeSpan LongestRebalanceTimeout => Members.Count == 0 ? TimeSpan.Zero : Members.Max(member => member.RebalanceTimeout);

    public bool TryFind(string memberId, [NotNullWhen(true)] out ClassicMember? member) => _members.TryGetValue(memberId, out member);

    public string? FindStatic(string? instanceId) => instanceId is null ? null : _memberIdByInstance.GetValueOrDefault(instanceId);

    public bool Leads(ClassicMember member) => member.Id == LeaderId;

    public void Add(ClassicMember member, string protocolType)
    {
        if (_members.Count == 0)
        {
            ProtocolType = protocolType;
        }

        _members.Add(member.Id, member);
        if (member.InstanceId is { } instance)
        {
            _memberIdByInstance.Add(instance, member.Id);
        }

        LeaderId ??= member.Id;
        RemovePending(member.Id);
    }

    public void Remove(ClassicMember member)
    {
        member.Session.Clear();
        _members.Remove(member.Id);
        if (member.InstanceId is { } instance)
        {
            _memberIdByInstance.Remove(instance);
        }

        if (Leads(member))
        {
            LeaderId = _members.Count == 0 ? null : _members.GetAt(0).Key;
        }
    }

    /// <summary>A static member came back under a new id: it gets the old one's seat, lead and assignment.</summary>
    public void Replace(ClassicMember old, ClassicMember renewed)
    {
        old.Session.Clear();
        _members.SetAt(_members.IndexOf(old.Id), renewed.Id, renewed);
        _memberIdByInstance[old.InstanceId!] = renewed.Id;
        if (Leads(old))
        {
            LeaderId = renewed.Id;
        }
    }

    public bool IsPending(string memberId) => _pendingIds.ContainsKey(memberId);

    public void AddPending(string memberId, Deadline expiry) => _pendingIds.Add(memberId, expiry);

    public bool RemovePending(string memberId)
    {
        if (!_pendingIds.Remove(memberId, out var expiry))
        {
            return false;
        }

        expiry.Clear();
        return true;
    }

    public void ClearPending()
    {
        foreach (var expiry in _pendingIds.Values)
        {
            expiry.Clear();
        }

        _pendingIds.Clear();
    }

    /// <summary>A leader that is not back when the round closes is succeeded by the first member that is. False: nobody is.</summary>
    public bool TryElectLeader()
    {
        if (LeaderId is not null && _members[LeaderId].AwaitsJoin)
        {
            return true;
        }

        if (Members.FirstOrDefault(member => member.AwaitsJoin) is not { } elected)
        {
            return false;
        }

        LeaderId = elected.Id;
        return true;
    }

    /// <summary>Whether somebody with these protocols can be a member beside those there are.</summary>
    public bool Admits(string protocolType, IReadOnlyList<MemberProtocol> protocols) => _members.Count == 0
        ? protocolType.Length > 0 && protocols.Count > 0
        : protocolType == ProtocolType && protocols.Any(protocol => Members.All(member => member.Supports(protocol.Name)));

    /// <summary>Of the protocols all members support, the one most of them prefer.</summary>
    public string ElectProtocol()
    {
        var candidates = Members[0].Protocols.Select(protocol => protocol.Name).Where(name => Members.All(member => member.Supports(name))).ToHashSet();
        return Members
            .Select(member => member.Protocols.First(protocol => candidates.Contains(protocol.Name)).Name)
            .CountBy(name => name)
            .MaxBy(votes => votes.Value).Key;
    }
}
