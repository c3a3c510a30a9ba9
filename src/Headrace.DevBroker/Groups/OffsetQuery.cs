using Headrace.Broker.Wire;

namespace Headrace.Broker.Groups;

/// <summary>Which committed offsets of a group somebody wants to know.</summary>
internal sealed record OffsetQuery
{
    public required string Group { get; init; }

    /// <summary>Null: all there are, by topic and partition.</summary>
    public IReadOnlyList<OffsetKey>? Keys { get; init; }

    /// <summary>An offset that an open transaction may still change is an error (KIP-447), since who starts there may handle records twice.</summary>
    public bool MustBeStable { get; init; }
}

/// <summary>What was found for one partition; no offset where there is none, or an error.</summary>
internal readonly record struct FoundOffset(OffsetKey Key, CommittedOffset? Offset, ErrorCode Error = ErrorCode.None);
