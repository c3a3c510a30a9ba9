using System.Collections.Concurrent;
using Headrace.Consuming;
using Headrace.Topology;

namespace Headrace.Failures;

/// <summary>The topics of ours that one group reads along with those it maps. Any thread.</summary>
internal sealed class GroupCompanions
{
    private readonly GroupModel _group;
    private readonly TimeProvider _time;
    private readonly ParkedPartitions _parked;
    private readonly ConcurrentDictionary<string, IReadOnlyList<CompanionTopic>> _byOrigin = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, OwnTopic> _byName = new(StringComparer.Ordinal);

    public GroupCompanions(GroupModel group, TimeProvider time, ParkedPartitions parked) => (_group, _time, _parked) = (group, time, parked);

    /// <summary>The companions of a topic.</summary>
    public IReadOnlyList<CompanionTopic> Of(string origin) => _byOrigin.GetOrAdd(origin, topic => [.. TopicsOf(topic).Select(Make)]);

    /// <summary>What a companion is.</summary>
    public OwnTopic? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The topics of ours that there have to be for a topic.</summary>
    public IReadOnlyList<OwnTopic> TopicsOf(string origin) =>
    [
        new(OwnTopics.Redrive(origin, _group.Name), origin, OwnTopicKind.Redrive),
        .. (_group.Find(origin)?.RetryDelays ?? []).Select(delay => Retry(origin, delay)),
        .. _group.OrderKept is null ? Array.Empty<OwnTopic>() : [new(OwnTopics.Parked(origin, _group.Name), origin, OwnTopicKind.Parked)],
    ];

    /// <summary>What an earlier version of the application retried or parked is read to its end all the same.</summary>
    public void Discover(IReadOnlyCollection<string> topics, string origin)
    {
        var prefix = OwnTopics.RetryPrefix(origin, _group.Name);
        var known = Of(origin);
        foreach (var name in topics.Where(topic => topic.StartsWith(prefix, StringComparison.Ordinal) && known.All(companion => companion.Name != topic)))
        {
            if (OwnTopics.DelayOf(name[prefix.Length..]) is { } delay)
            {
                known = _byOrigin[origin] = [.. known, Make(Retry(origin, delay) with { Name = name })];
            }
        }

        var parked = OwnTopics.Parked(origin, _group.Name);
        if (topics.Contains(parked) && known.All(companion => companion.Name != parked))
        {
            _byOrigin[origin] = [.. known, Make(new(parked, origin, OwnTopicKind.Parked)) with { IsReadFirst = false, Opened = null, Arrived = null }];
        }
    }

    private OwnTopic Retry(string origin, TimeSpan delay) => new(OwnTopics.Retry(origin, _group.Name, delay), origin, OwnTopicKind.Retry) { Delay = delay };

    private CompanionTopic Make(OwnTopic topic)
    {
        _byName[topic.Name] = topic;
        return topic.Kind switch
        {
            OwnTopicKind.Retry => new(topic.Name) { DueAt = record => RecordHistory.DueAt(record, topic, _time.GetUtcNow()) },
            OwnTopicKind.Parked => new(topic.Name)
            {
                IsReadFirst = true,
                Opened = partition => _parked.Opened(topic.Origin, partition),
                Arrived = (record, wasThere) => _parked.Arrived(topic, record, wasThere),
            },
            _ => new(topic.Name),
        };
    }
}
