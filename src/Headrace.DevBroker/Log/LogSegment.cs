using Headrace.Broker.Records;
using Headrace.Broker.Storage;

namespace Headrace.Broker.Log;

/// <summary>A stretch of a log: what retention deletes and compaction rewrites is a whole segment. Guarded by its log's lock.</summary>
internal sealed class LogSegment(long baseOffset, long createdAt, SegmentFile? file)
{
    private const int SmallestBlock = 16 * 1024;
    private const int LargestBlock = 4 * 1024 * 1024;

    private readonly List<LogBlock> _blocks = [];

    // Where a batch becomes what is written to the file.
    private MemoryBlock? _scratch;

    /// <summary>The offset its first record had when it was appended.</summary>
    public long BaseOffset { get; } = baseOffset;

    /// <summary>The broker's time, in Unix milliseconds, when the segment was begun.</summary>
    public long CreatedAt { get; } = createdAt;

    /// <summary>The broker's time when the next segment was begun; null while it is the last.</summary>
    public long? ClosedAt { get; private set; }

    public IReadOnlyList<LogBlock> Blocks => _blocks;

    public long LastOffset => _blocks.Count == 0 ? BaseOffset - 1 : _blocks[^1].LastOffset;

    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>How old the segment is counted as; records without a timestamp are as old as their segment.</summary>
    public long NewestTime => MaxTimestamp >= 0 ? MaxTimestamp : CreatedAt;

    public long Size { get; private set; }

    /// <summary>The name of its file, if it has one.</summary>
    public string? Path => file?.Path;

    /// <summary>Memory for the next batch: where it stays, or where it is written to the file from.</summary>
    public MemoryBlock BlockWithRoomFor(int length)
    {
        if (file is not null)
        {
            return _scratch?.HasRoomFor(length) == true ? _scratch : _scratch = new MemoryBlock(Math.Max(SmallestBlock, length));
        }

        var last = _blocks.Count == 0 ? null : (MemoryBlock)_blocks[^1];
        if (last is not null && last.HasRoomFor(length))
        {
            return last;
        }

        // Small at first: most partitions of most tests hold a few records.
        var size = last is null ? SmallestBlock : Math.Min(last.Capacity * 2L, LargestBlock);
        return new MemoryBlock((int)Math.Max(size, length));
    }

    /// <summary>Makes a batch of what was written to the reserved memory of a block of <see cref="BlockWithRoomFor"/>.</summary>
    /// <exception cref="IOException">The file could not be written; nothing has changed.</exception>
    public void Publish(MemoryBlock written, long batchOffset, long lastOffset, int length, long maxTimestamp)
    {
        LogBlock block = file is null ? written : WriteTo(file, written.Reserve(length));
        if (_blocks.Count == 0 || _blocks[^1] != block)
        {
            SealLastBlock();
            _blocks.Add(block);
        }

        block.Publish(batchOffset, lastOffset, length, maxTimestamp);
        Note(length, maxTimestamp);
    }

    /// <summary>A segment in place of this one, with other batches. A file gets its name by <see cref="TakePlace"/>.</summary>
    public LogSegment Rewrite(IEnumerable<byte[]> batches, SegmentFile? into)
    {
        var segment = new LogSegment(BaseOffset, CreatedAt, into) { ClosedAt = ClosedAt };
        foreach (var batch in batches)
        {
            var header = BatchHeader.Read(batch);
            var block = segment.BlockWithRoomFor(batch.Length);
            batch.CopyTo(block.Reserve(batch.Length));
            segment.Publish(block, header.BaseOffset, header.BaseOffset + header.LastOffsetDelta, batch.Length, header.MaxTimestamp);
        }

        segment.SealLastBlock();
        segment._scratch = null;
        into?.Seal(flush: true);
        return segment;
    }

    /// <summary>The file of a rewritten segment gets the name of the one before, whose content is gone with that.</summary>
    public void TakePlace(LogSegment before)
    {
        before.Close();
        if (file is not null)
        {
            file.MoveTo(before.Path!);
        }
    }

    /// <summary>A block that the file holds already.</summary>
    public void AddStored(long position, int length, long lastOffset, long maxTimestamp)
    {
        _blocks.Add(new FileBlock(file!, position, length, lastOffset, maxTimestamp));
        Note(length, maxTimestamp);
    }

    /// <summary>Nothing is written to it any more.</summary>
    public void Seal(bool flush, long now)
    {
        ClosedAt = now;
        SealLastBlock();
        _scratch = null;
        file?.Seal(flush);
    }

    public void Flush() => file?.Flush();

    /// <summary>Cuts bytes off the end of the file, as a crash of the machine might.</summary>
    public void Tear(int bytes) => file?.Truncate(Math.Max(0, file.Length - bytes));

    public void Close() => file?.Dispose();

    /// <summary>The file goes; what readers have of it stays valid.</summary>
    public void Delete() => file?.Delete();

    /// <summary>Adds whole batches between the offsets. False: some behind them were left out, or because of the limit.</summary>
    public bool Read(long offset, long before, long maxBytes, bool atLeastOne, RecordSequence into)
    {
        for (var i = BlockOf(offset); i < _blocks.Count; i++)
        {
            var block = _blocks[i];
            var slice = block.Slice(offset, before, maxBytes - into.Length, atLeastOne && into.Length == 0, out var last);
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

    /// <summary>Frees the memory of blocks that hold nothing at or behind the offset. A file stays whole.</summary>
    public void ReleaseBefore(long offset)
    {
        if (file is not null)
        {
            return;
        }

        _blocks.RemoveAll(block => block.LastOffset < offset);
        Size = _blocks.Sum(block => (long)block.Used);
    }

    private FileBlock WriteTo(SegmentFile into, ReadOnlySpan<byte> batch)
    {
        var position = into.Length;
        into.Append(batch);
        return _blocks.Count > 0 && _blocks[^1] is FileBlock last && last.HasRoomFor(batch.Length) ? last : new FileBlock(into, position);
    }

    private void SealLastBlock()
    {
        if (_blocks.Count > 0 && _blocks[^1] is FileBlock block)
        {
            block.Seal();
        }
    }

    private void Note(int length, long maxTimestamp)
    {
        MaxTimestamp = Math.Max(MaxTimestamp, maxTimestamp);
        Size += length;
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
