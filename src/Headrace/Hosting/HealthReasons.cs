namespace Headrace.Hosting;

/// <summary>What keeps a process from being alive or ready, in words; nothing when nothing does.</summary>
internal static class HealthReasons
{
    /// <summary>What only a restart cures: something that should turn does not turn any more.</summary>
    public static IEnumerable<string> NotAlive(KafkaCluster cluster)
    {
        if (cluster.Loop.HasEnded)
        {
            yield return $"The loop of the cluster '{cluster.Name}' has ended.";
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

        foreach (var group in Statuses(cluster))
        {
            var reason = group.State switch
            {
                ConsumerState.Starting => $"has not joined yet: {group.WaitsFor ?? "Kafka is asked."}",
                ConsumerState.Faulted => $"has stopped: {group.LastError}",
                ConsumerState.Stopped => "has stopped.",
                _ when !group.IsConnected => $"has lost its connection: {group.WaitsFor ?? "Kafka does not answer."}",
                _ => null,
            };
            if (reason is not null)
            {
                yield return $"Group '{group.Name}' {reason}";
            }
        }
    }

    /// <summary>What is amiss and does not keep the rest from flowing.</summary>
    public static IEnumerable<string> Degraded(KafkaCluster cluster) =>
        Statuses(cluster).Where(group => group.MissingTopics.Count > 0).Select(group => $"Group '{group.Name}' waits for {string.Join(", ", group.MissingTopics)}, which does not exist.");

    private static IEnumerable<GroupStatus> Statuses(KafkaCluster cluster) => cluster.Groups.Select(group => group.Status(null));
}
