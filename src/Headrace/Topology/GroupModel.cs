namespace Headrace.Topology;

/// <summary>A group as it was mapped, checked; nothing changes it any more.</summary>
internal sealed record GroupModel
{
    public required string Name { get; init; }

    public required string Cluster { get; init; }

    /// <summary>Workers as said in code; <see langword="null"/> when nothing was said.</summary>
    public required int? Workers { get; init; }

    /// <summary>What says how many workers there are, in place of a number.</summary>
    public required Func<WorkerLoad, int>? WorkersBy { get; init; }

    public required Ordering Ordering { get; init; }

    public required StartPosition StartAt { get; init; }

    public required bool IncludesOwnTopics { get; init; }

    public required bool HasTransactions { get; init; }

    /// <summary>Topics in the order in which they were mapped, names and patterns.</summary>
    public required IReadOnlyList<TopicModel> Topics { get; init; }

    public IReadOnlyList<string> TopicNames => [.. Topics.Where(topic => !topic.IsPattern).Select(topic => topic.Name)];

    public IReadOnlyList<string> TopicPatterns => [.. Topics.Where(topic => topic.IsPattern).Select(topic => topic.Name)];

    /// <summary>Whether a pattern passes a topic over.</summary>
    public bool ExcludesFromPatterns(string topic) => OwnTopics.IsInternal(topic) || (!IncludesOwnTopics && OwnTopics.IsOwn(topic));
}
