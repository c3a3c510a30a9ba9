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

    /// <summary>How the order of a key is kept across retries and dead letters; <see langword="null"/> when it is not.</summary>
    public required OrderKept? OrderKept { get; init; }

    /// <summary>Topics in the order in which they were mapped, names and patterns.</summary>
    public required IReadOnlyList<TopicModel> Topics { get; init; }

    public IReadOnlyList<string> TopicNames => [.. Topics.Where(topic => !topic.IsPattern).Select(topic => topic.Name)];

    public IReadOnlyList<string> TopicPatterns => [.. Topics.Where(topic => topic.IsPattern).Select(topic => topic.Name)];

    /// <summary>What a topic was mapped as: by its name, else by the first pattern that matches.</summary>
    public TopicModel? Find(string topic) =>
        Topics.FirstOrDefault(mapped => !mapped.IsPattern && mapped.Name == topic) ?? Topics.FirstOrDefault(mapped => mapped.IsPattern && new TopicPattern(mapped.Name).Matches(topic));

    /// <summary>Whether a pattern passes a topic over.</summary>
    public bool ExcludesFromPatterns(string topic) => OwnTopics.IsInternal(topic) || (!IncludesOwnTopics && OwnTopics.IsOwn(topic));
}
