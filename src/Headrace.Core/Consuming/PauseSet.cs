namespace Headrace.Consuming;

/// <summary>Topics and partitions that an operator has paused, or stopped. Never changed: a change makes another.</summary>
internal sealed class PauseSet
{
    private readonly HashSet<string> _topics = [];
    private readonly HashSet<(string Topic, int Partition)> _partitions = [];

    private PauseSet()
    {
    }

    public static PauseSet None { get; } = new();

    /// <summary>Whether a partition is held back; a companion is together with what it is a companion of.</summary>
    public bool Holds(AssignedPartition partition) => Holds(partition.Topic, partition.Partition) || Holds(partition.Origin, partition.Partition);

    /// <summary>Whether a topic is held back as a whole.</summary>
    public bool Holds(string topic) => _topics.Contains(topic);

    public PauseSet WithTopic(string topic, bool isPaused) => Changed(set => _ = isPaused ? set._topics.Add(topic) : set._topics.Remove(topic));

    public PauseSet WithPartition(string topic, int partition, bool isPaused) =>
        Changed(set => _ = isPaused ? set._partitions.Add((topic, partition)) : set._partitions.Remove((topic, partition)));

    private bool Holds(string topic, int partition) => _topics.Contains(topic) || _partitions.Contains((topic, partition));

    private PauseSet Changed(Action<PauseSet> change)
    {
        var set = new PauseSet();
        set._topics.UnionWith(_topics);
        set._partitions.UnionWith(_partitions);
        change(set);
        return set;
    }
}
