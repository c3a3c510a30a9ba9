using System.Text;
using Headrace.Hosting;
using Headrace.Topology;

namespace Headrace.Testing;

/// <summary>What there is to see of an application, for the message of a wait that was in vain.</summary>
internal static class Seen
{
    /// <summary>The topics that a group reads, those of ours included.</summary>
    public static IReadOnlyCollection<string> TopicsOf(RunningGroup group, IEnumerable<string> topics)
    {
        var all = topics.ToList();
        var origins = group.TopicsAmong(all).ToList();
        return [.. origins, .. all.Where(topic => origins.Exists(origin => IsRead(topic, origin, group.Name)))];
    }

    public static Dictionary<(string Topic, int Partition), PartitionSnapshot> PartitionsOf(ConsumerSnapshot snapshot) =>
        snapshot.Partitions.Concat(snapshot.Companions).ToDictionary(static one => (one.Topic, one.Partition));

    /// <summary>When records of retry topics are due next.</summary>
    public static IEnumerable<DateTimeOffset> DueOf(ConsumerSnapshot snapshot) => snapshot.Companions.Select(static one => one.NextDue).OfType<DateTimeOffset>();

    public static async Task<string> DescribeAsync(KafkaCluster cluster)
    {
        var seen = new StringBuilder();
        try
        {
            var topics = await cluster.Admin.ListTopicsAsync(CancellationToken.None);
            foreach (var group in cluster.Groups)
            {
                await DescribeAsync(cluster, group, topics.Keys, seen);
            }

            foreach (var letters in await cluster.Letters.ListAsync())
            {
                var why = string.Join(", ", letters.ByException.Select(static one => $"{one.Value} × {one.Key}"));
                seen.AppendLine().Append($"  {letters.Topic}: {letters.Depth} dead letters{(why.Length > 0 ? $": {why}" : "")}");
            }
        }
        catch (Exception error) when (error is TimeoutException or ClusterException)
        {
            seen.AppendLine().Append($"  {error.Message}");
        }

        return $"Seen:{seen}";
    }

    private static async Task DescribeAsync(KafkaCluster cluster, RunningGroup group, IEnumerable<string> topics, StringBuilder seen)
    {
        var status = group.Status(null);
        seen.AppendLine().Append($"  group {status.Name}: {status.State}, handled {status.Handled}, failed {status.Failed}, retried {status.Retried}, ")
            .Append($"dead-lettered {status.DeadLettered}, in flight {status.InFlight}; ")
            .Append(status.LastError is { } error ? $"last error: {error}" : "no error");
        var snapshot = group.Snapshot();
        var own = snapshot is null ? [] : PartitionsOf(snapshot);
        var ends = await cluster.Admin.EndOffsetsAsync(TopicsOf(group, topics), CancellationToken.None);
        foreach (var ((topic, partition), end) in ends.Where(static end => end.Value > 0).OrderBy(static end => end.Key))
        {
            var settled = own.TryGetValue((topic, partition), out var one) ? $"settled to {one.Watermark}" : "not assigned";
            seen.AppendLine().Append($"  {topic}[{partition}]: {settled} of {end}");
        }
    }

    private static bool IsRead(string topic, string origin, string group) =>
        topic == OwnTopics.Redrive(origin, group) || topic == OwnTopics.Parked(origin, group) || topic.StartsWith(OwnTopics.RetryPrefix(origin, group), StringComparison.Ordinal);
}
