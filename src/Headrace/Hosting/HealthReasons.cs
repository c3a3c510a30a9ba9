namespace Headrace.Hosting;

/// <summary>What keeps a process from being alive or ready, in words; nothing when nothing does.</summary>
internal static class HealthReasons
{
    // A turn waits for nothing; this is for a machine that is short of breath.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(30);

    /// <summary>What only a restart cures: something that should turn does not turn any more.</summary>
    public static IEnumerable<string> NotAlive(KafkaCluster cluster)
    {
        if (cluster.Loop.HasEnded)
        {
            yield return $"The loop of the cluster '{cluster.Name}' has ended.";
        }

        foreach (var group in cluster.Groups)
        {
            if (group.Snapshot() is { } snapshot && snapshot.SinceLastTurn > LongestTurn)
            {
                yield return $"The loop of group '{group.Name}' has not turned for {snapshot.SinceLastTurn.TotalSeconds:F0} s.";
            }
        }

        foreach (var group in Statuses(cluster).Where(group => group.State == ConsumerState.Faulted))
        {
            yield return $"Group '{group.Name}' has stopped: {group.LastError}";
        }
    }

    /// <summary>Ready means connected, and a member of each group; with how many partitions does not matter.</summary>
    public static IEnumerable<string> NotReady(KafkaCluster cluster)
    {
        if (!cluster.Loop.IsConnected)
        {
            yield return cluster.Loop.LastError ?? $"Kafka at {cluster.Settings.Address} has not answered yet.";
        }

        foreach (var group in cluster.Groups.Where(group => !group.IsHeld && !WaitsForItsFirstTopic(cluster, group)))
        {
            if (NotReady(group.Status(null)) is { } reason)
            {
                yield return $"Group '{group.Name}' {reason}";
            }
        }
    }

    /// <summary>What is amiss and does not keep the rest from flowing.</summary>
    public static IEnumerable<string> Degraded(KafkaCluster cluster)
    {
        foreach (var group in cluster.Groups)
        {
            if (group.Status(null).MissingTopics is { Count: > 0 } missing)
            {
                yield return $"Group '{group.Name}' waits for {string.Join(", ", missing)}, which does not exist or may not be seen by this client.";
            }
            else if (WaitsForItsFirstTopic(cluster, group))
            {
                yield return $"Group '{group.Name}' waits for the first topic that matches {string.Join(", ", group.Model.TopicPatterns)}.";
            }
        }
    }

    /// <summary>What waits for somebody to look at it.</summary>
    public static IEnumerable<string> DeadLetters(KafkaCluster cluster) =>
        cluster.Watch.Summaries.Where(static letters => letters.Depth > 0)
            .Select(letters => new DeadLetterAlert { Kind = DeadLetterAlertKind.Raised, Cluster = cluster.Name, Letters = letters, At = cluster.Time.GetUtcNow() }.ToString());

    private static string? NotReady(GroupStatus group) => group.State switch
    {
        ConsumerState.Starting => $"has not joined yet: {group.WaitsFor ?? "Kafka is asked."}",
        ConsumerState.Faulted => $"has stopped: {group.LastError}",
        ConsumerState.Stopped => "has stopped.",
        _ when !group.IsConnected => $"has lost its connection: {group.WaitsFor ?? "Kafka does not answer."}",
        _ => null,
    };

    // Nothing to join for: a process would never be ready before somebody else made a topic.
    private static bool WaitsForItsFirstTopic(KafkaCluster cluster, RunningGroup group) =>
        group.IsStarted && cluster.Loop.IsConnected && !group.TopicsAmong(cluster.Loop.Topics).Any();

    private static IEnumerable<GroupStatus> Statuses(KafkaCluster cluster) => cluster.Groups.Select(group => group.Status(null));
}
