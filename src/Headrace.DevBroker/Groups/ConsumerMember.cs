using System.Text.RegularExpressions;
using Headrace.Broker.Topics;

namespace Headrace.Broker.Groups;

/// <summary>One member of a consumer group (KIP-848). Changed under the coordinator's lock only.</summary>
internal sealed class ConsumerMember(string id, string? instanceId)
{
    public string Id { get; } = id;

    /// <summary>Set for static members, which keep their seat over a restart.</summary>
    public string? InstanceId { get; } = instanceId;

    public MemberClient Client { get; set; }

    public string? RackId { get; set; }

    public TimeSpan RebalanceTimeout { get; set; }

    public IReadOnlySet<string> Topics { get; set; } = new HashSet<string>();

    public Regex? Pattern { get; set; }

    public string? PatternText { get; set; }

    public string? Assignor { get; set; }

    /// <summary>The epoch of the assignment it has been told; 0 before the first, -2 while a static member is away.</summary>
    public int Epoch { get; set; }

    /// <summary>The one before, which it may still name if the answer was lost.</summary>
    public int FormerEpoch { get; set; } = -1;

    /// <summary>Its own as of now.</summary>
    public HashSet<PartitionId> Assigned { get; set; } = [];

    /// <summary>To be given back before it gets anything.</summary>
    public HashSet<PartitionId> Revoking { get; set; } = [];

    /// <summary>What it will have once the others have given it back.</summary>
    public IReadOnlySet<PartitionId> Target { get; set; } = new HashSet<PartitionId>();

    /// <summary>Some of its target is still others'.</summary>
    public bool AwaitsOthers { get; set; }

    /// <summary>Ends when the member has not been heard of for too long. Set by the group.</summary>
    public Deadline? Session { get; set; }

    /// <summary>Ends when it has not given back in time. Set by the group.</summary>
    public Deadline? Revocation { get; set; }

    public bool HasReached(int epoch) => Epoch == epoch && Revoking.Count == 0 && !AwaitsOthers;

    public bool Reads(string topic) => Topics.Contains(topic) || Pattern?.IsMatch(topic) == true;

    /// <summary>A static member's seat under the id of the process that came back.</summary>
    public ConsumerMember Renewed(string newId) => new(newId, InstanceId)
    {
        Client = Client,
        RackId = RackId,
        RebalanceTimeout = RebalanceTimeout,
        Topics = Topics,
        Pattern = Pattern,
        PatternText = PatternText,
        Assignor = Assignor,
        Assigned = Assigned,
        Target = Target,
    };

    public void StopTimers()
    {
        Session?.Clear();
        Revocation?.Clear();
    }
}
