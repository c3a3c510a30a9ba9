namespace Headrace.Consuming;

/// <summary>What a partition commits.</summary>
/// <param name="Offset">The watermark; -1 when there is none.</param>
/// <param name="Map">The map of what is finished above it, as metadata; empty when nothing is.</param>
internal readonly record struct CommitPoint(long Offset, ReadOnlyMemory<byte> Map)
{
    public bool Says(in CommitPoint other) => Offset == other.Offset && Map.Span.SequenceEqual(other.Map.Span);
}
