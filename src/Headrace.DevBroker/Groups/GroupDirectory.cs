using Headrace.Broker.Storage;
using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Groups;

/// <summary>Which groups there are, and which protocol each speaks: one at a time, changed while it is empty. Used under the coordinator's lock only.</summary>
internal sealed class GroupDirectory(GroupContext context, TopicCatalogue topics, GroupJournal journal)
{
    private readonly Dictionary<string, IGroup> _groups = [];

    public IReadOnlyCollection<IGroup> All => _groups.Values;

    public IGroup? Find(string groupId) => _groups.GetValueOrDefault(groupId);

    /// <summary>Null, and why, if no member of a classic group can be meant.</summary>
    public ErrorCode Find(string groupId, out ClassicGroup? group)
    {
        group = Find(groupId) as ClassicGroup;
        return groupId.Length == 0 ? ErrorCode.InvalidGroupId : group is null ? ErrorCode.UnknownMemberId : ErrorCode.None;
    }

    public ErrorCode FindToJoin(JoinCall call, out ClassicGroup? group)
    {
        if (Find(call.Group) is ConsumerGroup { State: not GroupState.Empty })
        {
            group = null;
            return ErrorCode.InconsistentGroupProtocol;
        }

        group = call.Member.HasNoId ? FindOrCreateClassic(call.Group) : Find(call.Group) as ClassicGroup;
        return ErrorCode.UnknownMemberId;
    }

    /// <summary>Null: there is no such group to stay in or to leave, or its members speak the classic protocol.</summary>
    public ConsumerGroup? Find(ConsumerHeartbeat call) => Find(call.Group) switch
    {
        ConsumerGroup group => group,
        { State: not GroupState.Empty } => null,
        null when call.Epoch != ConsumerHeartbeat.Joining => null,
        _ => FindOrCreate(call.Group, () => new ConsumerGroup(context, topics, call.Group)),
    };

    public ClassicGroup FindOrCreateClassic(string groupId) => FindOrCreate(groupId, () => new ClassicGroup(context, groupId));

    public void Remove(IGroup group)
    {
        group.End();
        _groups.Remove(group.Id);
        journal.Note(new GroupEntry(group.Id) { IsRemoved = true });
    }

    /// <summary>Stops every timer.</summary>
    public void Clear()
    {
        foreach (var group in _groups.Values)
        {
            group.End();
        }

        _groups.Clear();
    }

    // A group of the other protocol is empty, as the callers have seen to, and gives way.
    private TGroup FindOrCreate<TGroup>(string groupId, Func<TGroup> create) where TGroup : class, IGroup
    {
        switch (Find(groupId))
        {
            case TGroup group:
                return group;
            case { } other:
                other.End();
                break;
            default:
                journal.Note(new GroupEntry(groupId));
                break;
        }

        var created = create();
        _groups[groupId] = created;
        return created;
    }
}
