namespace Headrace.Broker.Groups;

/// <summary>Offsets that open transactions want to commit, and nobody sees yet. Used under the coordinator's lock only.</summary>
internal sealed class PendingOffsets(GroupJournal journal)
{
    // Null where the group committed the partition itself afterwards: the later of the two counts, but the offset is not stable before the transaction ends.
    private readonly Dictionary<string, Dictionary<(long ProducerId, OffsetKey Key), CommittedOffset?>> _byGroup = [];

    public void Set(string group, long producerId, OffsetKey key, CommittedOffset? offset)
    {
        if (!_byGroup.TryGetValue(group, out var offsets))
        {
            _byGroup.Add(group, offsets = []);
        }

        offsets[(producerId, key)] = offset;
        journal.NotePending(group, producerId, key, offset);
    }

    public bool Contains(string group, OffsetKey key) => _byGroup.TryGetValue(group, out var offsets) && offsets.Keys.Any(pending => pending.Key == key);

    /// <summary>The group committed the partition outside of any transaction.</summary>
    public void Supersede(string group, OffsetKey key)
    {
        if (_byGroup.TryGetValue(group, out var offsets))
        {
            foreach (var pending in offsets.Keys.Where(pending => pending.Key == key).ToList())
            {
                Set(group, pending.ProducerId, pending.Key, offset: null);
            }
        }
    }

    /// <summary>Removes what a producer's transaction holds for the group, and returns what its commit would store.</summary>
    public IReadOnlyList<(OffsetKey Key, CommittedOffset Offset)> Take(string group, long producerId)
    {
        if (!_byGroup.TryGetValue(group, out var offsets))
        {
            return [];
        }

        var taken = new List<(OffsetKey Key, CommittedOffset Offset)>();
        foreach (var pending in offsets.Where(pending => pending.Key.ProducerId == producerId).ToList())
        {
            offsets.Remove(pending.Key);
            journal.NotePendingRemoved(group, producerId, pending.Key.Key);
            if (pending.Value is { } offset)
            {
                taken.Add((pending.Key.Key, offset));
            }
        }

        if (offsets.Count == 0)
        {
            _byGroup.Remove(group);
        }

        return taken;
    }

    public void RemoveGroup(string group)
    {
        RemoveWhere(group, _ => true);
        _byGroup.Remove(group);
    }

    public void Remove(string group, OffsetKey key) => RemoveWhere(group, pending => pending == key);

    public void RemoveTopic(string topic)
    {
        foreach (var group in _byGroup.Keys)
        {
            RemoveWhere(group, pending => pending.Topic == topic);
        }
    }

    private void RemoveWhere(string group, Predicate<OffsetKey> goes)
    {
        if (_byGroup.TryGetValue(group, out var offsets))
        {
            foreach (var pending in offsets.Keys.Where(pending => goes(pending.Key)).ToList())
            {
                offsets.Remove(pending);
                journal.NotePendingRemoved(group, pending.ProducerId, pending.Key);
            }
        }
    }
}
