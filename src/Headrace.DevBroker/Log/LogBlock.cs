using System.Runtime.InteropServices;
using Headrace.Broker.Records;
using Headrace.Broker.Storage;

namespace Headrace.Broker.Log;

/// <summary>Batches one after another in one piece of memory. It is written under its log's lock; what lies below a batch's end never changes again and is read without.</summary>
internal sealed class LogBlock(int capacity)
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity);
    private readonly List<StoredBatch> _batches = [];

    /// <summary>Reads a block from the file that holds it.</summary>
    /// <exception cref="IOException">The file cannot be read, or is shorter than it was.</exception>
    public static LogBlock Load(SegmentFile file, long position, int length)
    {
        var block = new LogBlock(length);
        if (file.Read(position, block._bytes) < length)
        {
            throw new IOException($"'{file.Path}' ends before {position + length}: somebody else has changed it.");
        }

        while (block.Used < length)
        {
            var header = BatchHeader.Read(block._bytes.AsSpan(block.Used));
            block.Publish(header.BaseOffset, header.BaseOffset + header.LastOffsetDelta, (int)header.Length, header.MaxTimestamp);
        }

        return block;
    }

    public int Capacity => _bytes.Length;

    public long LastOffset => _batches[^1].LastOffset;

    public long MaxTimestamp { get; private set; } = -1;

    public ReadOnlySpan<StoredBatch> Batches => CollectionsMarshal.AsSpan(_batches);

    public int Used => _batches.Count == 0 ? 0 : _batches[^1].End;

    public bool HasRoomFor(int length) => _bytes.Length - Used >= length;

    /// <summary>Memory behind the last batch, which becomes a batch by <see cref="Publish"/>.</summary>
    public Span<byte> Reserve(int length) => _bytes.AsSpan(Used, length);

    public void Publish(long baseOffset, long lastOffset, int length, long maxTimestamp)
    {
        _batches.Add(new StoredBatch(baseOffset, lastOffset, Used, length, maxTimestamp));
        MaxTimestamp = Math.Max(MaxTimestamp, maxTimestamp);
    }

    /// <summary>The first batch that ends at or behind the offset.</summary>
    public int IndexOf(long offset)
    {
        var batches = Batches;
        int low = 0, high = batches.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (batches[middle].LastOffset < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>As many whole batches from this one on as fit and lie before the offset, at least one of those if told so. Empty, and -1, if there is none.</summary>
    public ReadOnlyMemory<byte> Slice(int first, long before, long maxBytes, bool atLeastOne, out long lastOffset)
    {
        var batches = Batches[..IndexOf(before)];
        if (first >= batches.Length)
        {
            lastOffset = -1;
            return default;
        }

        var start = batches[first].Position;
        int low = first, high = batches.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (batches[middle].End - start <= maxBytes)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low == first && atLeastOne)
        {
            low++;
        }

        lastOffset = low == first ? -1 : batches[low - 1].LastOffset;
        return low == first ? default : _bytes.AsMemory(start, batches[low - 1].End - start);
    }

    public ReadOnlySpan<byte> BytesOf(in StoredBatch batch) => _bytes.AsSpan(batch.Position, batch.Length);
}
