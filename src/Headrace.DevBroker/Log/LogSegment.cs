namespace Headrace.Broker.Log;

/// <summary>A stretch of a log: what retention deletes and compaction rewrites is a whole segment. Guarded by its log's lock.</summary>
internal sealed class LogSegment(long baseOffset, long createdAt)
{
    private const int SmallestBlock = 16 * 1024;
    private const int LargestBlock = 4 * 1024 * 1024;

    private readonly List<LogBlock> _blocks = [];

    /// <summary>The offset its first record had when it was appended.</summary>
    public long BaseOffset { get; } = baseOffset;

    /// <summary>The broker's time, in Unix milliseconds, when the segment was begun.</summary>
    public long CreatedAt { get; } = createdAt;

    public IReadOnlyList<LogBlock> Blocks => _blocks;

    public long LastOffset => _blocks.Count == 0 ? BaseOffset - 1 : _blocks[^1].LastOffset;

    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>How old the segment is counted as; records without a timestamp are as old as their segment.</summary>
    public long NewestTime => MaxTimestamp >= 0 ? MaxTimestamp : CreatedAt;

    public long Size { get; private set; }

    public LogBlock BlockWithRoomFor(int length)
    {
        var last = _blocks.Count == 0 ? null : _blocks[^1];
        if (last is not null && last.HasRoomFor(length))
        {
            return last;
        }

        // Small at first: most partitions of most tests hold a few records.
        var size = last is null ? SmallestBlock : Math.Min(last.Capacity * 2L, LargestBlock);
        return new LogBlock((int)Math.Max(size, length));
    }

    /// <summary>Makes a batch of what was written to the reserved memory of a block of <see cref="BlockWithRoomFor"/>.</summary>
    public void Publish(LogBlock block, long batchOffset, long lastOffset, int length, long maxTimestamp)
    {
        if (_blocks.Count == 0 || _blocks[^1] != block)
        {
            _blocks.Add(block);
        }

        block.Publish(batchOffset, lastOffset, length, maxTimestamp);
        MaxTimestamp = Math.Max(MaxTimestamp, maxTimestamp);
        Size += length;
    }

    /// <summary>Adds whole batches between the offsets. False: some behind them were left out, or because of the limit.</summary>
    public bool Read(long offset, long before, long maxBytes, bool atLeastOne, RecordSequence into)
    {
        for (var i = BlockOf(offset); i < _blocks.Count; i++)
        {
            var block = _blocks[i];
            var slice = block.Slice(block.IndexOf(offset), before, maxBytes - into.Length, atLeastOne && into.Length == 0, out var last);
            if (!slice.IsEmpty)
            {
                into.Add(slice, last);
            }

            // Otherwise a small batch of the next block might fit where a large one of this did not, and leave a hole.
            if (last != block.LastOffset)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Frees the memory of blocks that hold nothing at or behind the offset.</summary>
    public void ReleaseBefore(long offset)
    {
        _blocks.RemoveAll(block => block.LastOffset < offset);
        Size = _blocks.Sum(block => (long)block.Used);
    }

    private int BlockOf(long offset)
    {
        int low = 0, high = _blocks.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_blocks[middle].LastOffset < offset)
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
}
