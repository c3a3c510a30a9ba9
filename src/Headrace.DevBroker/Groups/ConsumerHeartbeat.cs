using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Groups;

/// <summary>A member of a consumer group (KIP-848) joins, stays, or leaves. What is null has not changed since it said so last.</summary>
internal sealed record ConsumerHeartbeat
{
    /// <summary>Of a member that comes.</summary>
    public const int Joining = 0;

    /// <summary>Of a member that goes for good.</summary>
    public const int Leaving = -1;

    /// <summary>Of a static member that will be back.</summary>
    public const int LeavingForNow = -2;

    public required string Group { get; init; }
    public required MemberIdentity Member { get; init; }
    public required int Epoch { get; init; }
    public required MemberClient Client { get; init; }
    public string? RackId { get; init; }
    public TimeSpan? RebalanceTimeout { get; init; }
    public IReadOnlyList<string>? Topics { get; init; }

    /// <summary>Empty takes the pattern back.</summary>
    public string? Pattern { get; init; }

    public string? Assignor { get; init; }
    public IReadOnlySet<PartitionId>? Owned { get; init; }

    /// <summary>The member tells all it knows, and wants to be told likewise.</summary>
    public bool IsFull => Epoch == Joining || (RebalanceTimeout is not null && (Topics is not null || Pattern is not null) && Owned is not null);
}

/// <summary>What the member is told; no assignment while it has not changed.</summary>
internal sealed record ConsumerHeartbeatAnswer
{
    public ErrorCode Error { get; init; }
    public string? Message { get; init; }
    public string? MemberId { get; init; }
    public int Epoch { get; init; }
    public TimeSpan Interval { get; init; }
    public IReadOnlyCollection<PartitionId>? Assignment { get; init; }

    public static ConsumerHeartbeatAnswer Refused(ErrorCode error, string message) => new() { Error = error, Message = message };
}
