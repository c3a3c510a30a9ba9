using Microsoft.Extensions.Logging;

namespace Headrace.Hosting;

/// <summary>Sees to the topics that groups read and producers write, as <see cref="MissingTopics"/> says.</summary>
internal sealed class TopicCreation(KafkaCluster cluster)
{
    private readonly ILogger _logger = cluster.Loggers.CreateLogger(HostingLog.Consuming);
    private string _lastMissing = "";

    /// <summary>Creates what is missing and may be created. Says whether the list of topics has to be read again.</summary>
    public async Task<bool> CreateAsync(IReadOnlyDictionary<string, int> topics, CancellationToken cancellation)
    {
        var missing = Wanted().Where(topic => !topics.ContainsKey(topic)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count == 0 || cluster.Settings.MissingTopics != MissingTopics.Create)
        {
            WarnOnce(missing);
            return false;
        }

        await cluster.Admin.CreateTopicsAsync([.. missing.Select(cluster.Settings.Topic)], cancellation);
        HostingLog.TopicsCreated(_logger, string.Join(", ", missing));
        return true;
    }

    private IEnumerable<string> Wanted() =>
        cluster.Groups.SelectMany(group => group.Model.TopicNames).Concat(cluster.ProducedTopics).Concat(cluster.Settings.DescribedTopics).Distinct();

    private void WarnOnce(List<string> missing)
    {
        var names = string.Join(", ", missing);
        if (names != _lastMissing && missing.Count > 0)
        {
            HostingLog.TopicsMissing(_logger, names, $"{ClusterConfiguration.SectionOf(cluster.Name)}:MissingTopics");
        }

        _lastMissing = names;
    }
}
