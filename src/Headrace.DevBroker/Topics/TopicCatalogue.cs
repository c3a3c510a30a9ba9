using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Headrace.Broker.Topics;

/// <summary>All topics of a broker. Look-ups take no lock.</summary>
internal sealed class TopicCatalogue(int defaultPartitions, bool autoCreate, TimeProvider time)
{
    public const int MaxPartitions = 10_000;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, Topic> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, Topic> _byId = new();

    public int DefaultPartitions { get; } = defaultPartitions;

    public bool AutoCreates { get; } = autoCreate;

    public IEnumerable<Topic> All => _byName.Values.OrderBy(topic => topic.Name, StringComparer.Ordinal);

    public bool TryGet(string name, [NotNullWhen(true)] out Topic? topic) => _byName.TryGetValue(name, out topic);

    public bool TryGet(Guid id, [NotNullWhen(true)] out Topic? topic) => _byId.TryGetValue(id, out topic);

    /// <summary>Whether the partition exists.</summary>
    public bool Contains(string topic, int partition) => TryGet(topic, out var found) && found.Partition(partition) is not null;

    /// <summary>Another topic whose metrics Kafka could not tell from this one's: '.' and '_' are the same there.</summary>
    public string? FindColliding(string name) =>
        name.AsSpan().ContainsAny('.', '_')
            ? _byName.Keys.FirstOrDefault(other => other != name && other.Replace('.', '_').Equals(name.Replace('.', '_'), StringComparison.Ordinal))
            : null;

    /// <summary>Null if there is one of that name.</summary>
    public Topic? Create(string name, int partitions, TopicSettings settings)
    {
        lock (_lock)
        {
            if (_byName.ContainsKey(name))
            {
                return null;
            }

            var topic = new Topic(name, partitions, settings, time);
            _byId[topic.Id] = topic;
            _byName[name] = topic;
            return topic;
        }
    }

    /// <summary>The topic, made with defaults if this broker does that. The name must be valid.</summary>
    public Topic? GetOrAutoCreate(string name)
    {
        if (TryGet(name, out var topic) || !AutoCreates)
        {
            return topic;
        }

        return Create(name, DefaultPartitions, TopicSettings.Default) ?? GetOrAutoCreate(name);
    }

    public void Delete(Topic topic)
    {
        lock (_lock)
        {
            _byName.TryRemove(new KeyValuePair<string, Topic>(topic.Name, topic));
            _byId.TryRemove(topic.Id, out _);
        }

        topic.Delete();
    }

    /// <summary>False if the topic has that many partitions, or more, already.</summary>
    public bool Grow(Topic topic, int partitions)
    {
        lock (_lock)
        {
            if (topic.Partitions.Count >= partitions)
            {
                return false;
            }

            topic.Grow(partitions);
            return true;
        }
    }

    /// <summary>Changes a topic's settings by a function of the ones before, which two callers cannot do at once.</summary>
    public void Change(Topic topic, Func<TopicSettings, TopicSettings> change)
    {
        lock (_lock)
        {
            topic.Settings = change(topic.Settings);
        }
    }
}
