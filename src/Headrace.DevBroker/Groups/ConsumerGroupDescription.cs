using Headrace.Broker.Topics;

namespace Headrace.Broker.Groups;

/// <summary>A consumer group (KIP-848) as it was at one moment.</summary>
internal sealed record ConsumerGroupDescription
{
    public required string Id { get; init; }
    public required GroupState State { get; init; }
    public required int Epoch { get; init; }
    public required int TargetEpoch { get; init; }
    public required string Assignor { get; init; }
    public required IReadOnlyList<Member> Members { get; init; }

    internal sealed record Member(
        string Id,
        string? InstanceId,
        string? RackId,
        int Epoch,
        MemberClient Client,
        IReadOnlyCollection<string> Topics,
        string? Pattern,
        IReadOnlyCollection<PartitionId> Assigned,
        IReadOnlyCollection<PartitionId> Target);
}
