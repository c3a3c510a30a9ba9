namespace Headrace;

/// <summary>A topic to create.</summary>
/// <param name="Name">The topic's name: 1 to 249 of letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</param>
/// <param name="Partitions">How many partitions; -1 is the broker's default.</param>
/// <param name="ReplicationFactor">How many replicas; -1 is the broker's default.</param>
public sealed record TopicDefinition(string Name, int Partitions = -1, short ReplicationFactor = -1)
{
    /// <summary>Topic settings, for example <c>retention.ms</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
