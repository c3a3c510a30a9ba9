namespace Headrace.Broker.Log;

/// <summary>The answer to a search by time.</summary>
internal readonly record struct OffsetAt(long Offset, long Timestamp)
{
    public static readonly OffsetAt None = new(-1, -1);
}
