namespace Headrace.Broker.Groups;

/// <summary>Offsets a client wants to store for a group.</summary>
internal sealed record OffsetCommit
{
    public required string Group { get; init; }
    public required MemberIdentity Member { get; init; }

    /// <summary>-1: the client is no member, it only keeps its offsets here.</summary>
    public required int Generation { get; init; }

    /// <summary>A client that knows the error is told that the group does not exist; older ones that their generation is over.</summary>
    public bool KnowsGroupIdNotFound { get; init; }

    /// <summary>Whose transaction must commit before the offsets count; -1: they count at once.</summary>
    public long ProducerId { get; init; } = -1;

    public bool IsTransactional => ProducerId >= 0;

    public required IReadOnlyList<(OffsetKey Key, CommittedOffset Offset)> Offsets { get; init; }
}
