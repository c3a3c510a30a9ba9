namespace Headrace;

/// <summary>What happens when a topic that is mapped or produced to does not exist.</summary>
public enum MissingTopics
{
    /// <summary>It is waited for: readiness names it, the other topics flow. The default.</summary>
    Wait,

    /// <summary>It is created, with the partitions that <c>Kafka:Topics:&lt;name&gt;:Partitions</c> or <c>AddTopic</c> say. The default in Development.</summary>
    Create,

    /// <summary>The groups that map it do not start: they are faulted, and say so.</summary>
    Fail,
}
