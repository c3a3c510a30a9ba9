namespace Headrace.Broker.Log;

/// <summary>Batches one after another, in memory or in a file. It is added to under its log's lock; what lies below a batch's end never changes again and is read without.</summary>
internal abstract class LogBlock
{
    public int Used { get; private set; }

    public long LastOffset { get; private set; } = -1;

    public long MaxTimestamp { get; private set; } = -1;

    public ReadOnlySpan<StoredBatch> Batches => Index.Batches;

    protected abstract BatchIndex Index { get; }

    public abstract bool HasRoomFor(int length);

    /// <summary>As many whole batches between the offsets as fit, at least one of those if told so. Empty, and -1, if there is none.</summary>
    public ReadOnlyMemory<byte> Slice(long offset, long before, long maxBytes, bool atLeastOne, out long lastOffset)
    {
        var (start, length) = Index.Find(offset, before, maxBytes, atLeastOne, out lastOffset);
        return length == 0 ? default : Bytes(start, length);
    }

    public ReadOnlySpan<byte> BytesOf(in StoredBatch batch) => Bytes(batch.Position, batch.Length).Span;

    /// <summary>The batch behind the last is here.</summary>
    public void Publish(long baseOffset, long lastOffset, int length, long maxTimestamp)
    {
        Index.Add(new StoredBatch(baseOffset, lastOffset, Used, length, maxTimestamp));
        Note(lastOffset, length, maxTimestamp);
    }

    protected abstract ReadOnlyMemory<byte> Bytes(int start, int length);

    protected void Note(long lastOffset, int length, long maxTimestamp)
    {
        Used += length;
        LastOffset = lastOffset;
        MaxTimestamp = Math.Max(MaxTimestamp, maxTimestamp);
    }
}
