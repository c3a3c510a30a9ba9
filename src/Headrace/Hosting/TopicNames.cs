using Headrace.Topology;

namespace Headrace.Hosting;

/// <summary>Names of topics, and patterns that stand for some.</summary>
internal static class TopicNames
{
    /// <summary>Those of the topics that are named or matched. Ours and Kafka's own are never matched.</summary>
    public static IEnumerable<string> Resolve(IReadOnlyCollection<string> wanted, IReadOnlyCollection<string> topics)
    {
        var patterns = wanted.Where(name => name.StartsWith('^')).Select(pattern => new TopicPattern(pattern)).ToList();
        return topics.Where(topic => wanted.Contains(topic)
            || (!OwnTopics.IsInternal(topic) && !OwnTopics.IsOwn(topic) && patterns.Exists(pattern => pattern.Matches(topic))));
    }
}
