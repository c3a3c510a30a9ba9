namespace Headrace.OffsetMaps;

/// <summary>Offsets that follow each other.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">The one after the last.</param>
internal readonly record struct OffsetRange(long Start, long End)
{
    public long Length => End - Start;
}
