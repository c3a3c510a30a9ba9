using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>Where a partition begins.</summary>
/// <param name="Position">The offset, with its leader epoch where it is known.</param>
/// <param name="IsCommitted">It is the group's committed offset, not the one that the options say.</param>
internal readonly record struct StartOffset(TopicPartitionEntry Position, bool IsCommitted)
{
    /// <summary>The topic's id; empty where the broker knows none.</summary>
    public Guid TopicId { get; init; }

    /// <summary>Where the log ends; looked up only when something is committed beside the offset, and for companions.</summary>
    public long LogEnd { get; init; } = long.MinValue;
}

/// <summary>What a partition's log holds.</summary>
/// <param name="Low">The oldest offset.</param>
/// <param name="High">The offset after the newest.</param>
/// <param name="Start">Where the options say to start.</param>
/// <param name="TopicId">The topic's id; empty where the broker knows none.</param>
internal readonly record struct LogRange(long Low, long High, long Start, Guid TopicId);
