namespace Headrace.Broker.Log;

/// <summary>Where a batch lies inside its block.</summary>
internal readonly record struct StoredBatch(long BaseOffset, long LastOffset, int Position, int Length, long MaxTimestamp)
{
    public int End => Position + Length;
}
