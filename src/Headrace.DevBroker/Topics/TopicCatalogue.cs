using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Headrace.Broker.Log;
using Headrace.Broker.Storage;

namespace Headrace.Broker.Topics;

/// <summary>All topics of a broker, in memory or in a folder. Look-ups take no lock.</summary>
internal sealed class TopicCatalogue(int defaultPartitions, bool autoCreate, TimeProvider time, DataFolder? folder = null)
{
    public const int MaxPartitions = 10_000;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, Topic> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, Topic> _byId = new();

    private long _version;

    /// <summary>Another number after every change of which topics and partitions there are.</summary>
    public long Version => Volatile.Read(ref _version);

    public int DefaultPartitions { get; } = defaultPartitions;

    public bool AutoCreates { get; } = autoCreate;

    /// <summary>What is acknowledged has to be on the disk.</summary>
    public bool MustReachDisk => folder?.Flush == DiskFlush.Always;

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

            var topic = new Topic(name, Guid.NewGuid(), partitions, settings, NewLog);
            Remember(topic, partitions, settings);
            _byId[topic.Id] = topic;
            _byName[name] = topic;
            _version++;
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
            folder?.Journal.Write(new TopicEntry(topic.Id, topic.Name, 0, new Dictionary<string, string>()) { IsRemoved = true });
            _byName.TryRemove(new KeyValuePair<string, Topic>(topic.Name, topic));
            _byId.TryRemove(topic.Id, out _);
            _version++;

            // Before the name is free again: a topic that is made in its place uses the same folders.
            topic.Delete();
        }
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

            Remember(topic, partitions, topic.Settings);
            topic.Grow(partitions);
            _version++;
            return true;
        }
    }

    /// <summary>Changes a topic's settings by a function of the ones before, which two callers cannot do at once.</summary>
    public void Change(Topic topic, Func<TopicSettings, TopicSettings> change)
    {
        lock (_lock)
        {
            var changed = change(topic.Settings);
            if (changed != topic.Settings)
            {
                Remember(topic, topic.Partitions.Count, changed);
                topic.Settings = changed;
            }
        }
    }

    /// <summary>Takes what the folder holds, before the first use. Returns what each partition's log was found to be.</summary>
    public IReadOnlyList<(Topic Topic, int Partition, LogRecovery Found)> Restore(DataFolder from)
    {
        var known = from.State.OfType<PartitionEntry>().ToDictionary(entry => (entry.Topic, entry.Index));
        var found = new List<(Topic, int, LogRecovery)>();
        foreach (var entry in from.State.OfType<TopicEntry>())
        {
            var topic = new Topic(entry.Name, entry.Id, entry.Partitions, new TopicSettings(entry.Settings), NewLog);
            found.AddRange(RecoverAll(topic, i => known.GetValueOrDefault((entry.Id, i)), from.WasClosedCleanly).Select((recovery, i) => (topic, i, recovery)));

            _byId[topic.Id] = topic;
            _byName[topic.Name] = topic;
        }

        from.RemoveAllBut(_byId.Keys.ToHashSet());
        return found;
    }

    // At once: most of it is waiting for the disk and computing checksums.
    private static LogRecovery[] RecoverAll(Topic topic, Func<int, PartitionEntry?> known, bool wasClosedCleanly)
    {
        var recovered = new LogRecovery[topic.Partitions.Count];
        try
        {
            Parallel.For(0, recovered.Length, i => recovered[i] = topic.Partitions[i].Recover(known(i), wasClosedCleanly));
            return recovered;
        }
        catch (AggregateException faults)
        {
            ExceptionDispatchInfo.Throw(faults.InnerExceptions[0]);
            throw;
        }
    }

    private PartitionLog NewLog(string topic, Guid id, int index) => new(time, folder?.Partition(topic, id, index));

    private void Remember(Topic topic, int partitions, TopicSettings settings) => folder?.Journal.Write(new TopicEntry(topic.Id, topic.Name, partitions, settings.Set));
}
