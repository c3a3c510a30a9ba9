using Headrace.Topology;

namespace Headrace.Redriving;

/// <summary>Makes the topics that a redrive writes to.</summary>
internal static class RedriveTopics
{
    /// <summary>Who did what; one partition, kept for ever.</summary>
    public const string Audit = OwnTopics.Prefix + "audit";

    // Kafka's error code for a topic that does not exist.
    private const int UnknownTopic = 3;

    private static readonly Dictionary<string, string> Kept = new() { ["cleanup.policy"] = "delete", ["retention.ms"] = "-1" };

    // A dead letter is resolved once, and its key is its own: compaction takes away what an alert said before.
    private static readonly Dictionary<string, string> Compacted = new() { ["cleanup.policy"] = "compact" };

    public static async Task EnsureAsync(ClusterAdmin admin, IReadOnlyList<DeadLetterTopic> letters, RedriveTarget? target, CancellationToken cancellation)
    {
        var topics = await admin.ListTopicsAsync(cancellation);
        var wanted = new List<TopicDefinition> { new(Audit, 1) { Settings = Kept } };
        foreach (var topic in letters)
        {
            wanted.Add(ResolvedOf(topic));
            if (target == RedriveTarget.Origin && !topics.ContainsKey(topic.Origin))
            {
                throw new ClusterException(
                    $"The dead letters of {topic.Name} cannot be redriven to their origin: topic '{topic.Origin}' does not exist. Create it, or redrive to the group.", UnknownTopic);
            }

            if (target == RedriveTarget.Group && !topics.ContainsKey(topic.Redrive))
            {
                throw new ClusterException(
                    $"The dead letters of {topic.Name} cannot be redriven to group '{topic.Group}': topic '{topic.Redrive}' does not exist. The group makes it when it starts: start it, or redrive to the origin.",
                    UnknownTopic);
            }
        }

        await admin.CreateTopicsAsync([.. wanted.Where(topic => !topics.ContainsKey(topic.Name))], cancellation);
    }

    public static TopicDefinition ResolvedOf(DeadLetterTopic topic) => new(topic.Resolved, topic.Partitions) { Settings = Compacted };
}
