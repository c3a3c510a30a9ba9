using Headrace.Pipeline;
using Headrace.Topology;

namespace Headrace.Hosting;

/// <summary>How the engine puts the records of one group together.</summary>
internal sealed class BatchRules
{
    private readonly Dictionary<BatchLimits, BatchRule> _rules;
    private readonly GroupPipeline _pipeline;

    private BatchRules(IEnumerable<BatchLimits> limits, GroupPipeline pipeline)
    {
        _pipeline = pipeline;
        _rules = limits.ToDictionary(
            static limits => limits,
            limits => new BatchRule { Size = limits.Size, Within = limits.Within, Scope = limits.Scope, Handle = pipeline.HandleAsync });
    }

    /// <summary>The rule of a topic; <see langword="null"/> for a group without batches.</summary>
    public static Func<string, BatchRule?>? Of(GroupModel group, GroupPipeline pipeline) =>
        LimitsOf(group).ToList() is { Count: > 0 } limits ? new BatchRules(limits, pipeline).Of : null;

    /// <summary>Batches that could never be full.</summary>
    public static IEnumerable<string> Faults(GroupModel group, string section, int lookAhead) =>
        from topic in @group.Topics
        where topic.Batch?.Size > lookAhead
        select $"Group '{@group.Name}' handles '{topic.Name}' in batches of {topic.Batch!.Size}, but takes at most {lookAhead} records from Kafka before some are settled. "
            + $"Raise {section}:Groups:{@group.Name}:LookAheadRecords to the size or more, or lower the size.";

    private static IEnumerable<BatchLimits> LimitsOf(GroupModel group) => group.Topics.Select(static topic => topic.Batch).OfType<BatchLimits>();

    private BatchRule? Of(string topic) => _pipeline.BatchOf(topic) is { } limits ? _rules[limits] : null;
}
