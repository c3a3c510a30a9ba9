using Headrace.Broker.Log;

namespace Headrace.Broker.Topics;

/// <summary>One topic. A topic that is deleted and made again has another id.</summary>
internal sealed class Topic(string name, Guid id, int partitions, TopicSettings settings, Func<string, Guid, int, PartitionLog> newLog)
{
    // Replaced as a whole when the topic grows; the logs stay.
    private volatile PartitionLog[] _partitions = [.. Enumerable.Range(0, partitions).Select(index => newLog(name, id, index))];
    private volatile TopicSettings _settings = settings;

    public string Name { get; } = name;

    public Guid Id { get; } = id;

    public IReadOnlyList<PartitionLog> Partitions => _partitions;

    public TopicSettings Settings
    {
        get => _settings;
        set => _settings = value;
    }

    public PartitionLog? Partition(int index)
    {
        var partitions = _partitions;
        return (uint)index < (uint)partitions.Length ? partitions[index] : null;
    }

    /// <summary>Called under the catalogue's lock.</summary>
    public void Grow(int partitions) => 
        _partitions = [.. _partitions, .. Enumerable.Range(_partitions.Length, partitions - _partitions.Length).Select(index => newLog(Name, Id, index))];

    /// <summary>Whoever waits at one of the partitions is told.</summary>
    public void Delete()
    {
        foreach (var partition in _partitions)
        {
            partition.Delete();
        }
    }
}
