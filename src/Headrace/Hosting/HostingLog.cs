using Headrace.Topology;
using Microsoft.Extensions.Logging;

namespace Headrace.Hosting;

/// <summary>What the host of a cluster's groups says.</summary>
internal static partial class HostingLog
{
    public const string Consuming = "Headrace.Consuming";
    public const string Failures = "Headrace.Failures";
    public const string Producing = "Headrace.Producing";

    [LoggerMessage(EventIds.GroupMapped, LogLevel.Information, "Group {Group} reads {Topics} with {Workers} workers, {Ordering}; without a committed offset it starts {Start}")]
    public static partial void GroupMapped(ILogger logger, string group, string topics, int workers, Ordering ordering, string start);

    [LoggerMessage(EventIds.GroupStarts, LogLevel.Information, "Group {Group} starts")]
    public static partial void GroupStarts(ILogger logger, string group);

    [LoggerMessage(EventIds.GroupWaits, LogLevel.Warning, "Group {Group} waits: {Reason}")]
    public static partial void GroupWaits(ILogger logger, string group, string reason);

    [LoggerMessage(EventIds.GroupRefused, LogLevel.Error, "Group {Group} does not start: {Reason}")]
    public static partial void GroupRefused(ILogger logger, string group, string reason);

    [LoggerMessage(EventIds.ClusterAway, LogLevel.Warning, "Kafka ({Cluster}) at {Address} does not answer: {Reason} Trying again")]
    public static partial void ClusterAway(ILogger logger, string cluster, string address, string reason);

    [LoggerMessage(EventIds.ClusterAnswers, LogLevel.Information, "Kafka ({Cluster}) at {Address} answers")]
    public static partial void ClusterAnswers(ILogger logger, string cluster, string address);

    [LoggerMessage(EventIds.TopicsCreated, LogLevel.Information, "Created {Topics}, because MissingTopics is Create")]
    public static partial void TopicsCreated(ILogger logger, string topics);

    [LoggerMessage(EventIds.TopicsMissing, LogLevel.Warning, "Topics {Topics} do not exist. They are waited for: create them, or set {Setting} to Create")]
    public static partial void TopicsMissing(ILogger logger, string topics, string setting);

    [LoggerMessage(EventIds.FailureTopicsCreated, LogLevel.Information, "Group {Group} made the topics that its records go to when they fail (partitions): {Topics}")]
    public static partial void FailureTopicsCreated(ILogger logger, string group, string topics);

    [LoggerMessage(EventIds.FailureTopicGrown, LogLevel.Information, "Group {Group} gave {Topic} {Partitions} partitions, as many as {Origin} has")]
    public static partial void FailureTopicGrown(ILogger logger, string group, string topic, int partitions, string origin);

    [LoggerMessage(EventIds.AlertTold, LogLevel.Warning, "Told the dead-letter notifiers: {Alert}")]
    public static partial void AlertTold(ILogger logger, string alert);

    [LoggerMessage(EventIds.AlertNotTold, LogLevel.Error, "{Topic} holds {Depth} dead letters, and the notifiers could not be told: {Reason} Trying again in 10 s")]
    public static partial void AlertNotTold(ILogger logger, string topic, long depth, string reason);

    [LoggerMessage(EventIds.DeadLettersNotCounted, LogLevel.Warning, "The dead letters could not be counted: {Reason} Trying again; until then their depth is the last one")]
    public static partial void DeadLettersNotCounted(ILogger logger, string reason);

    [LoggerMessage(EventIds.ChangedAtRestart, LogLevel.Warning, "The settings below {Section} have changed; {Keys} take effect at restart")]
    public static partial void ChangedAtRestart(ILogger logger, string section, string keys);

    [LoggerMessage(EventIds.WorkersChanged, LogLevel.Information, "Group {Group} goes from {Before} to {Workers} workers")]
    public static partial void WorkersChanged(ILogger logger, string group, int before, int workers);

    [LoggerMessage(EventIds.WorkersUnknown, LogLevel.Warning, "Group {Group} stays at {Workers} workers: the function that says how many threw")]
    public static partial void WorkersUnknown(ILogger logger, Exception error, string group, int workers);

    [LoggerMessage(EventIds.WorkersRefused, LogLevel.Warning, "{Setting} is '{Value}'. It must be a whole number from 1 on. The group goes on with {Workers} workers")]
    public static partial void WorkersRefused(ILogger logger, string setting, string value, int workers);

    [LoggerMessage(
        EventIds.ThreadPoolRaised, LogLevel.Information,
        "The thread pool's minimum goes from {Before} to {After} threads, one for every worker, for handlers that block after an await. RaiseThreadPool = false leaves it as it is")]
    public static partial void ThreadPoolRaised(ILogger logger, int before, int after);

    [LoggerMessage(EventIds.StopFailed, LogLevel.Warning, "Group {Group} did not stop in order: {Reason}")]
    public static partial void StopFailed(ILogger logger, string group, string reason);

    [LoggerMessage(EventIds.ProducerMapped, LogLevel.Information, "Producing to {Topics} with the partitioner {Partitioner}: plain .NET producers have another default, see docs/producing.md before they share a topic")]
    public static partial void ProducerMapped(ILogger logger, string topics, string partitioner);

    [LoggerMessage(EventIds.FlushFailed, LogLevel.Warning, "What was produced last may not have been acknowledged before the stop: {Reason}")]
    public static partial void FlushFailed(ILogger logger, string reason);
}
