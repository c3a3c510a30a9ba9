using Headrace.Broker.Wire;

namespace Headrace.Broker.Groups;

/// <summary>Which committed offsets of a group somebody wants to know.</summary>
internal sealed record OffsetQuery
{
    public required string Group { get; init; }

    /// <summary>Of a member of a consumer group, which is told when its epoch is over; null of anybody else.</summary>
    public string? MemberId { get; init; }

    public int MemberEpoch { get; init; } = -1;

    /// <summary>Null: all there are, by topic and partition.</summary>
    public IReadOnlyList<OffsetKey>? Keys { get; init; }

    /// <summary>An offset that an open transaction may still change is an error (KIP-447), since who starts there may handle records twice.</summary>
    public bool MustBeStable { get; init; }
}

/// <summary>What was found for one partition; no offset where there is none, or an error.</summary>
internal readonly record struct FoundOffset(OffsetKey Key, CommittedOffset? Offset, ErrorCode Error = ErrorCode.None);
