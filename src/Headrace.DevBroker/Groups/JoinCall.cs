namespace Headrace.Broker.Groups;

/// <summary>A request to become, or to stay, a member of a group in its next generation.</summary>
internal sealed record JoinCall
{
    public required string Group { get; init; }
    public required MemberIdentity Member { get; init; }
    public required MemberClient Client { get; init; }
    public required string ProtocolType { get; init; }

    /// <summary>In the member's order of preference.</summary>
    public required IReadOnlyList<MemberProtocol> Protocols { get; init; }

    public required TimeSpan SessionTimeout { get; init; }
    public required TimeSpan RebalanceTimeout { get; init; }

    /// <summary>Why the client joins, if it says so (KIP-800).</summary>
    public string? Reason { get; init; }

    /// <summary>A new dynamic member is first given its id, so that one that never comes back leaves no trace (KIP-394).</summary>
    public bool RequiresKnownId { get; init; }

    /// <summary>A returning static leader understands that it is the leader and has nothing to assign (KIP-814).</summary>
    public bool CanSkipAssignment { get; init; }
}
