using System.Collections.Concurrent;
using System.Globalization;
using Headrace.Topology;
using Microsoft.Extensions.Logging;

namespace Headrace.Hosting;

/// <summary>
/// Makes the dead-letter topics of a cluster's groups: with the origin's partitions, kept for ever, and room for the headers that say what happened.
/// One that exists is left as it is.
/// </summary>
internal sealed class DeadLetterTopics(Lazy<ClusterAdmin> admin, ILoggerFactory loggers)
{
    private const string MaxMessageBytes = "max.message.bytes";
    private const int RoomForHeaders = 64 * 1024;
    private const int KafkasDefaultMaxMessageBytes = 1_048_588;

    private readonly ConcurrentDictionary<string, int> _partitions = new();
    private readonly ILogger _logger = loggers.CreateLogger(HostingLog.Failures);

    /// <summary>The partitions of the dead-letter topic of a topic and group, which is made when it is not there. Throws while it cannot be.</summary>
    public async ValueTask<int> PartitionsAsync(string origin, string group, CancellationToken cancellation)
    {
        if (!_partitions.TryGetValue(OwnTopics.DeadLetter(origin, group), out var known))
        {
            await EnsureAsync(await admin.Value.ListTopicsAsync(cancellation), [origin], group, cancellation);
            known = _partitions.GetValueOrDefault(OwnTopics.DeadLetter(origin, group));
        }

        return known;
    }

    /// <summary>Makes what is missing. Returns when every one can be written to.</summary>
    /// <param name="topics">The cluster's topics with their partitions.</param>
    /// <param name="origins">Topics of the group; all of them exist.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    public async Task EnsureAsync(IReadOnlyDictionary<string, int> topics, IEnumerable<string> origins, string group, CancellationToken cancellation)
    {
        var wanted = origins.Select(origin => (Origin: origin, Name: OwnTopics.DeadLetter(origin, group))).ToList();
        Note(topics, wanted.Select(topic => topic.Name));
        var missing = wanted.Where(topic => !topics.ContainsKey(topic.Name)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var definitions = new List<TopicDefinition>();
        foreach (var (origin, name) in missing)
        {
            definitions.Add(await DefineAsync(name, origin, topics[origin], cancellation));
        }

        await admin.Value.CreateTopicsAsync(definitions, cancellation);
        HostingLog.DeadLetterTopicsCreated(_logger, group, string.Join(", ", definitions.Select(topic => $"{topic.Name} ({topic.Partitions})")));
        Note(await admin.Value.ListTopicsAsync(cancellation), definitions.Select(topic => topic.Name));
    }

    private async Task<TopicDefinition> DefineAsync(string name, string origin, int partitions, CancellationToken cancellation)
    {
        var settings = await admin.Value.DescribeTopicSettingsAsync(origin, cancellation);
        var largest = int.TryParse(settings.GetValueOrDefault(MaxMessageBytes), CultureInfo.InvariantCulture, out var said) ? said : KafkasDefaultMaxMessageBytes;
        return new(name, partitions)
        {
            Settings = new Dictionary<string, string>
            {
                ["cleanup.policy"] = "delete",
                ["retention.ms"] = "-1",
                [MaxMessageBytes] = Math.Min((long)largest + RoomForHeaders, int.MaxValue).ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    private void Note(IReadOnlyDictionary<string, int> topics, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (topics.TryGetValue(name, out var partitions))
            {
                _partitions[name] = partitions;
            }
        }
    }
}
