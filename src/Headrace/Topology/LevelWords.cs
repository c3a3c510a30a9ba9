using Headrace.Filters;
using Headrace.Handlers;

namespace Headrace.Topology;

/// <summary>What can be said of a group, a topic and a handler alike; the nearest wins. Written while mapping, read by the validation.</summary>
internal sealed class LevelWords
{
    public List<FilterSource> Filters { get; } = [];

    /// <summary>Steps around records, before their messages are read.</summary>
    public FilterList<RecordFilter> RecordFilters { get; } = new();

    public List<Action<FailurePolicy>> Failures { get; } = [];

    public bool Validates { get; set; }

    public IMessageFormat? Format { get; set; }

    public UnknownTypes? UnknownTypes { get; set; }

    public Func<Record, string?>? ResolveType { get; set; }
}
