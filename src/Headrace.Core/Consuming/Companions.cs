using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>Reads companion topics along with the partitions that are ours. Only the loop uses it.</summary>
internal sealed class Companions
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConsumerParts _parts;
    private readonly Assignment _assignment;
    private List<(AssignedPartition Origin, CompanionTopic Topic)> _wanted = [];
    private Task<IReadOnlyList<StartOffset>>? _lookUp;
    private bool _isDue;
    private long _looked;

    public Companions(ConsumerParts parts, Assignment assignment) => (_parts, _assignment) = (parts, assignment);

    /// <summary>Partitions came: whether one lacks a companion is looked at in the next turn.</summary>
    public void Hurry() => _isDue = true;

    /// <summary>Begins to read what is missing. Says whether something happened.</summary>
    public bool Tick()
    {
        if (_lookUp is { IsCompleted: true } done)
        {
            _lookUp = null;
            _parts.Status.Clear("companions");
            if (done.IsCompletedSuccessfully)
            {
                Fetch(done.Result);
            }

            return true;
        }

        if (_lookUp is not null || (!_isDue && _parts.Time.GetElapsedTime(_looked) < Pause))
        {
            return false;
        }

        (_isDue, _looked) = (false, _parts.Time.GetTimestamp());
        _wanted = [.. _assignment.Partitions.Where(static partition => partition is { Companion: null, IsClosing: false }).SelectMany(Missing)];
        if (_wanted.Count > 0)
        {
            _parts.OpenCompanionFetcher();
            TopicPartitionEntry[] entries = [.. _wanted.Select(static wanted => new TopicPartitionEntry(wanted.Topic.Name, wanted.Origin.Partition))];
            _lookUp = LookUp().FindAsync(entries, _parts.Signal.Set, _assignment.Ending);
        }

        return false;
    }

    /// <summary>
    /// Whether a partition has to wait until what is read first is read. Companions wait too: a redriven record that came before would be taken for one that is not parked, and its key would
    /// stand still for ever.
    /// </summary>
    public bool Delays(AssignedPartition partition)
    {
        if (partition.HasReadFirst || partition.Companion is { IsReadFirst: true })
        {
            return false;
        }

        var topics = _parts.Options.CompanionsOf(partition.Origin);
        foreach (var topic in topics)
        {
            if (topic.IsReadFirst && (_assignment.Find(topic.Name, partition.Partition) is not { } first || first.Tracker.Next < first.ReadsTo))
            {
                return true;
            }
        }

        partition.HasReadFirst = true;
        foreach (var topic in topics)
        {
            if (topic.IsReadFirst && _assignment.Find(topic.Name, partition.Partition) is { IsCatchingUp: true } first)
            {
                first.IsCatchingUp = false;
                _assignment.LetGo(first);
            }
        }

        return false;
    }

    private IReadOnlyList<CompanionTopic> TopicsOf(AssignedPartition origin) => origin.Companion is null ? _parts.Options.CompanionsOf(origin.Topic) : [];

    private IEnumerable<(AssignedPartition Origin, CompanionTopic Topic)> Missing(AssignedPartition origin) =>
        TopicsOf(origin).Where(topic => _assignment.Find(topic.Name, origin.Partition) is null).Select(topic => (origin, topic));

    // They begin at their first record, wherever the group does: nothing in them is older than the group.
    private OffsetLookUp LookUp() => new(_parts.Membership, _parts.CompanionFetcher, StartPosition.Earliest, text => _parts.TellOnce("companions", text)) { WithEnds = true };

    private void Fetch(IReadOnlyList<StartOffset> starts)
    {
        var found = new List<(AssignedPartition, TopicPartitionEntry)>();
        foreach (var (origin, topic) in _wanted)
        {
            var start = starts.First(start => start.Position.Topic == topic.Name && start.Position.Partition == origin.Partition);
            if (!origin.IsClosing && _assignment.Partitions.Contains(origin))
            {
                found.Add((_assignment.Open(start, topic, origin.Topic), start.Position));
                topic.Opened?.Invoke(origin.Partition);
            }
        }

        if (found.Count > 0)
        {
            _assignment.Fetch(found);
        }
    }
}
