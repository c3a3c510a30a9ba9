using System.Collections.Concurrent;
using System.Globalization;
using Headrace.Failures;
using Headrace.Topology;
using Microsoft.Extensions.Logging;

namespace Headrace.Hosting;

/// <summary>
/// Makes the topics that records go to when they fail: with the origin's partitions, which they follow when it grows, and room for the headers that say what happened. The settings of
/// one that exists are left as they are.
/// </summary>
internal sealed class FailureTopics(Lazy<ClusterAdmin> admin, ILoggerFactory loggers)
{
    private const string MaxMessageBytes = "max.message.bytes";
    private const string Retention = "retention.ms";
    private const int RoomForHeaders = 64 * 1024;
    private const int KafkasDefaultMaxMessageBytes = 1_048_588;
    private const long ForEver = -1;
    private static readonly TimeSpan LeastRetention = TimeSpan.FromDays(7);

    private readonly ConcurrentDictionary<string, int> _partitions = new();
    private readonly ILogger _logger = loggers.CreateLogger(HostingLog.Failures);

    /// <summary>The partitions of the dead-letter topic of a topic and group, which is made when it is not there. Throws while it cannot be.</summary>
    public async ValueTask<int> DeadLetterPartitionsAsync(string origin, string group, CancellationToken cancellation)
    {
        var name = OwnTopics.DeadLetter(origin, group);
        if (!_partitions.TryGetValue(name, out var known))
        {
            await EnsureAsync(await admin.Value.ListTopicsAsync(cancellation), origin, group, [], cancellation);
            known = _partitions.GetValueOrDefault(name);
        }

        return known;
    }

    /// <summary>Makes what is missing for one topic of a group, and lets it grow. Returns when all of it can be written to and read; throws when that cannot be.</summary>
    /// <param name="topics">The cluster's topics with their partitions; the origin is one.</param>
    /// <param name="origin">The topic that the group reads.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="read">The topics that the group reads along with it.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    public async Task EnsureAsync(IReadOnlyDictionary<string, int> topics, string origin, string group, IReadOnlyList<OwnTopic> read, CancellationToken cancellation)
    {
        var (partitions, deadLetter) = (topics[origin], OwnTopics.DeadLetter(origin, group));
        string[] wanted = [deadLetter, .. read.Select(static topic => topic.Name)];
        foreach (var name in wanted.Where(topics.ContainsKey))
        {
            _partitions[name] = Math.Max(topics[name], _partitions.GetValueOrDefault(name));
            if (_partitions[name] < partitions)
            {
                await admin.Value.GrowTopicAsync(name, partitions, cancellation);
                HostingLog.FailureTopicGrown(_logger, group, name, partitions, origin);
                _partitions[name] = partitions;
            }
            else if (topics[name] > partitions && name != deadLetter)
            {
                throw new InvalidOperationException(
                    $"topic '{name}' has {topics[name]} partitions and '{origin}' {partitions}, so records in the partitions from {partitions} on would never be read. Delete it when it is empty, or give '{origin}' as many.");
            }
        }

        await CreateAsync([.. wanted.Where(name => !topics.ContainsKey(name))], origin, partitions, group, read, cancellation);
    }

    private async Task CreateAsync(string[] missing, string origin, int partitions, string group, IReadOnlyList<OwnTopic> read, CancellationToken cancellation)
    {
        if (missing.Length == 0)
        {
            return;
        }

        var settings = await admin.Value.DescribeTopicSettingsAsync(origin, cancellation);
        await admin.Value.CreateTopicsAsync([.. missing.Select(name => Define(name, partitions, settings, read.FirstOrDefault(topic => topic.Name == name)))], cancellation);
        HostingLog.FailureTopicsCreated(_logger, group, string.Join(", ", missing.Select(name => $"{name} ({partitions})")));
        var visible = await admin.Value.ListTopicsAsync(cancellation);
        foreach (var name in missing)
        {
            _partitions[name] = visible.GetValueOrDefault(name, partitions);
        }
    }

    private static TopicDefinition Define(string name, int partitions, IReadOnlyDictionary<string, string> origins, OwnTopic? topic)
    {
        var largest = NumberOf(origins, MaxMessageBytes) ?? KafkasDefaultMaxMessageBytes;
        return new(name, partitions)
        {
            Settings = new Dictionary<string, string>
            {
                ["cleanup.policy"] = "delete",
                [Retention] = RetentionOf(topic, NumberOf(origins, Retention) ?? ForEver).ToString(CultureInfo.InvariantCulture),
                [MaxMessageBytes] = Math.Min(largest + RoomForHeaders, int.MaxValue).ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    // What waits there must not expire before it is handled; dead letters and parked records wait for somebody.
    private static long RetentionOf(OwnTopic? topic, long origins)
    {
        if (topic?.Kind is not (OwnTopicKind.Retry or OwnTopicKind.Redrive) || origins == ForEver)
        {
            return ForEver;
        }

        return Math.Max(origins, (long)Math.Max(LeastRetention.TotalMilliseconds, 10 * topic.Delay.TotalMilliseconds));
    }

    private static long? NumberOf(IReadOnlyDictionary<string, string> settings, string name) =>
        long.TryParse(settings.GetValueOrDefault(name), CultureInfo.InvariantCulture, out var number) ? number : null;
}
