using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>
/// Handlers that did not give up when their partition was given up. They may still run when it comes back, and the records of their keys come again: until
/// they have returned, the partition hands out nothing. Only the loop uses it.
/// </summary>
internal sealed class AbandonedHandlers
{
    private readonly ConsumerParts _parts;
    private readonly List<AssignedPartition> _partitions = [];

    public AbandonedHandlers(ConsumerParts parts) => _parts = parts;

    /// <summary>What still runs. A later run of the consumer gets it: the lanes are counted by the loop that began them.</summary>
    public IReadOnlyList<AssignedPartition> Running => [.. _partitions.Where(static partition => partition.LaneCount > 0)];

    /// <summary>Remembers what still runs of these partitions.</summary>
    public void Add(IEnumerable<AssignedPartition> givenUp)
    {
        _partitions.RemoveAll(static partition => partition.LaneCount == 0);
        _partitions.AddRange(givenUp.Where(static partition => partition.LaneCount > 0));
    }

    /// <summary>The earlier assignment of a partition of which something still runs.</summary>
    public AssignedPartition? Find(in TopicPartitionEntry position)
    {
        var (topic, number) = (position.Topic, position.Partition);
        return _partitions.Find(partition => partition.LaneCount > 0 && partition.Partition == number && partition.Topic == topic);
    }

    /// <summary>Whether the partition must wait; the consumer's last error says so meanwhile.</summary>
    public bool Delay(AssignedPartition partition)
    {
        if (partition.Earlier is not { } earlier)
        {
            return false;
        }

        var source = $"earlier {partition}";
        if (earlier.LaneCount == 0)
        {
            partition.Earlier = null;
            _parts.Status.Clear(source);
            return false;
        }

        var text = $"{partition} waits for {earlier.LaneCount} handlers that were abandoned when it was given up before and have not returned. Let handlers heed their CancellationToken";
        if (_parts.Status.Raise(source, text))
        {
            _parts.Log.Error(_parts.Options.GroupId, source, text);
        }

        return true;
    }
}
