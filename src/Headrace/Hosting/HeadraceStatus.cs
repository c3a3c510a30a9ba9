using Headrace.Hosting;

namespace Headrace;

/// <summary>What this process does on one cluster, and how far groups are behind on it. Cheap to ask; any thread. To change it: <see cref="HeadraceControl"/>.</summary>
public sealed class HeadraceStatus
{
    private readonly KafkaCluster _cluster;

    internal HeadraceStatus(KafkaCluster cluster) => _cluster = cluster;

    /// <summary>The cluster's name.</summary>
    public string Cluster => _cluster.Name;

    /// <summary>The brokers' addresses, as configured: <c>host:port</c>.</summary>
    public string Kafka => _cluster.Settings.Address;

    /// <summary>Whether the cluster answers, as seen by this process's groups and by a look every few seconds.</summary>
    public bool IsConnected => _cluster.Loop.IsConnected && Snapshots().All(snapshot => snapshot.IsConnected);

    /// <summary>Why the cluster does not answer; <see langword="null"/> when it does.</summary>
    public string? LastError => _cluster.Loop.LastError ?? Snapshots().FirstOrDefault(snapshot => !snapshot.IsConnected)?.LastError;

    /// <summary>Records that each topic has acknowledged to the producers of this process.</summary>
    public IReadOnlyDictionary<string, long> Produced() => _cluster.Producer.Acknowledged;

    /// <summary>The groups of this process, in the order in which they were mapped.</summary>
    public IReadOnlyList<GroupStatus> Groups() => [.. _cluster.Groups.Select(StatusOf)];

    /// <summary>
    /// How many records a group, of this process or another, has still before it: from its committed offsets to the ends of the topics. A
    /// partition without a commit counts from its oldest record. Measured at most once a second. <see langword="null"/> when no topic exists.
    /// </summary>
    /// <param name="group">The group's name.</param>
    /// <param name="topics">Names of topics; one that begins with <c>^</c> is a pattern for whole names, which never matches the framework's own.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <exception cref="TimeoutException">The cluster does not answer.</exception>
    public Task<long?> LagOfAsync(string group, IReadOnlyCollection<string> topics, CancellationToken cancellation = default) =>
        _cluster.Loop.Lags.OfAsync(group, [.. TopicNames.Resolve(topics, _cluster.Loop.Topics)], StartPosition.Earliest, cancellation);

    private GroupStatus StatusOf(RunningGroup group) =>
        group.Status(_cluster.Loop.LagOf(group.Name)) with { DeadLetters = [.. _cluster.Watch.Summaries.Where(letters => letters.Group == group.Name)] };

    private IEnumerable<ConsumerSnapshot> Snapshots() => _cluster.Groups.Select(group => group.Snapshot()).OfType<ConsumerSnapshot>().Where(snapshot => snapshot.State != ConsumerState.Stopped);
}
