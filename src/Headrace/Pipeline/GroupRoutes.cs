using System.Collections.Concurrent;
using Headrace.Topology;

namespace Headrace.Pipeline;

/// <summary>Finds what a group mapped for the topic of a record: by name first, then the pattern that was mapped first.</summary>
internal sealed class GroupRoutes
{
    private readonly ConcurrentDictionary<string, TopicRoutes> _byTopic = new();
    private readonly List<(TopicPattern Pattern, TopicRoutes Routes)> _patterns = [];

    public GroupRoutes(GroupModel group, RouteFactory factory)
    {
        foreach (var topic in group.Topics)
        {
            var routes = new TopicRoutes(topic, factory);
            if (topic.IsPattern)
            {
                _patterns.Add((new(topic.Name), routes));
            }
            else
            {
                _byTopic[topic.Name] = routes;
            }
        }
    }

    public TopicRoutes Of(string topic) => _byTopic.TryGetValue(topic, out var routes) ? routes : _byTopic.GetOrAdd(topic, Match);

    private TopicRoutes Match(string topic)
    {
        foreach (var (pattern, routes) in _patterns)
        {
            if (pattern.Matches(topic))
            {
                return routes;
            }
        }

        throw new InvalidOperationException($"A record came from '{topic}', which the group maps neither by name nor by a pattern.");
    }
}
