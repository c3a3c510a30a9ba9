namespace Headrace;

/// <summary>How a topic is created where that is allowed (<see cref="MissingTopics.Create"/>). A topic that exists is left as it is.</summary>
public sealed class TopicOptions
{
    /// <summary>How many partitions; at least 1. Default: the broker's default.</summary>
    public int? Partitions { get; set; }

    /// <summary>How many replicas; at least 1. Default: the broker's default.</summary>
    public short? ReplicationFactor { get; set; }

    /// <summary>Topic settings, for example <c>retention.ms</c>.</summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>();
}
