using Microsoft.Extensions.Logging;

namespace Headrace;

/// <summary>Looks up and creates what a cluster holds. Safe for many threads; connects when first used.</summary>
public sealed class ClusterAdmin : IDisposable
{
    /// <summary>An admin client over these settings of the client library.</summary>
    public ClusterAdmin(IReadOnlyDictionary<string, string> clientSettings, ILoggerFactory loggers) => throw new NotImplementedException();

    /// <summary>Every topic with its number of partitions. Throws <see cref="TimeoutException"/> when the cluster does not answer in time.</summary>
    public Task<IReadOnlyDictionary<string, int>> ListTopicsAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Creates topics; those that exist are left as they are.</summary>
    public Task CreateTopicsAsync(IReadOnlyCollection<TopicDefinition> topics, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The settings of a topic in force, by name.</summary>
    public Task<IReadOnlyDictionary<string, string>> DescribeTopicSettingsAsync(string topic, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The offset after the last record of every partition of these topics.</summary>
    public Task<IReadOnlyDictionary<(string Topic, int Partition), long>> EndOffsetsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>The oldest offset that is still there, of every partition of these topics.</summary>
    public Task<IReadOnlyDictionary<(string Topic, int Partition), long>> StartOffsetsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>A group's committed offsets; a partition without one is left out.</summary>
    public Task<IReadOnlyDictionary<(string Topic, int Partition), long>> CommittedOffsetsAsync(string group, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <inheritdoc />
    public void Dispose() => throw new NotImplementedException();
}
