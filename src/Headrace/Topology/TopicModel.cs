using Headrace.Filters;

namespace Headrace.Topology;

/// <summary>A topic, or a pattern of topics, as a group mapped it, checked.</summary>
internal sealed record TopicModel
{
    /// <summary>The topic's name, or the pattern.</summary>
    public required string Name { get; init; }

    public required bool IsPattern { get; init; }

    /// <summary>The handlers of message types, at most one for each.</summary>
    public required IReadOnlyList<HandlerModel> Handlers { get; init; }

    public required HandlerModel? Tombstone { get; init; }

    /// <summary>The handler of raw records.</summary>
    public required HandlerModel? Raw { get; init; }

    /// <summary>How its records are put together; <see langword="null"/> when they are handled one by one.</summary>
    public BatchLimits? Batch => Handlers is [{ Batch: { } batch }] ? batch : null;

    /// <summary>The steps around its records, outermost first: the group's, then its own.</summary>
    public required IReadOnlyList<FilterList<RecordFilter>> RecordFilters { get; init; }

    public required IReadOnlySet<string> Ignored { get; init; }

    public required UnknownTypes UnknownTypes { get; init; }

    public required Func<Record, string?>? ResolveType { get; init; }

    public required IMessageFormat Format { get; init; }

    /// <summary>The policy for records that no handler takes.</summary>
    public required FailurePolicy Failures { get; init; }

    /// <summary>The delays of its retry topics, each once.</summary>
    public IReadOnlyList<TimeSpan> RetryDelays =>
        [.. Handlers.Append(Tombstone).Append(Raw).Select(static handler => handler?.Failures).Append(Failures).SelectMany(static policy => policy?.RetryTopics ?? []).Distinct().Order()];
}
