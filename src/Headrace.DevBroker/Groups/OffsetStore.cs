namespace Headrace.Broker.Groups;

/// <summary>
/// The committed offsets of all groups, whatever protocol their members speak. Used under the coordinator's lock only. What a transaction has not committed yet
/// is in <see cref="PendingOffsets"/>.
/// </summary>
internal sealed class OffsetStore(GroupJournal journal)
{
    private static readonly Comparer<OffsetKey> ByTopicThenPartition = Comparer<OffsetKey>.Create((left, right) =>
        string.CompareOrdinal(left.Topic, right.Topic) is var topics and not 0 ? topics : left.Partition.CompareTo(right.Partition));

    private readonly Dictionary<string, SortedDictionary<OffsetKey, CommittedOffset>> _byGroup = [];

    public void Set(string group, OffsetKey key, CommittedOffset offset)
    {
        if (!_byGroup.TryGetValue(group, out var offsets))
        {
            _byGroup.Add(group, offsets = new SortedDictionary<OffsetKey, CommittedOffset>(ByTopicThenPartition));
        }

        offsets[key] = offset;
        journal.NoteOffset(group, key, offset);
    }

    public CommittedOffset? Find(string group, OffsetKey key) =>
        _byGroup.TryGetValue(group, out var offsets) && offsets.TryGetValue(key, out var offset) ? offset : null;

    /// <summary>By topic, then by partition.</summary>
    public IEnumerable<KeyValuePair<OffsetKey, CommittedOffset>> All(string group) => _byGroup.GetValueOrDefault(group) ?? [];

    public void Remove(string group, OffsetKey key)
    {
        if (_byGroup.TryGetValue(group, out var offsets) && offsets.Remove(key))
        {
            journal.NoteOffsetRemoved(group, key);
        }
    }

    public void RemoveGroup(string group)
    {
        foreach (var (key, _) in All(group).ToList())
        {
            Remove(group, key);
        }

        _byGroup.Remove(group);
    }

    public void RemoveTopic(string topic)
    {
        foreach (var (group, offsets) in _byGroup)
        {
            foreach (var key in offsets.Keys.Where(key => key.Topic == topic).ToList())
            {
                Remove(group, key);
            }
        }
    }
}
