using System.Buffers;
using Headrace.Broker.Records;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Log;

/// <summary>One partition's record batches, in memory, stored as the producer sent them. All members may be called from any thread.</summary>
internal sealed class PartitionLog(TimeProvider time)
{
    /// <summary>One node never changes its leader.</summary>
    public const int LeaderEpoch = 0;

    private const int SmallestBlock = 16 * 1024;
    private const int LargestBlock = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly List<LogBlock> _blocks = [];
    private readonly ProducerLedger _producers = new(time);
    private readonly List<FetchWaiter> _waiters = [];
    private long _startOffset;
    private long _endOffset;
    private bool _isDeleted;

    public long StartOffset
    {
        get
        {
            lock (_lock)
            {
                return _startOffset;
            }
        }
    }

    /// <summary>The offset the next record gets; one node's high watermark.</summary>
    public long EndOffset
    {
        get
        {
            lock (_lock)
            {
                return _endOffset;
            }
        }
    }

    /// <summary>Bytes that are stored.</summary>
    public long Size
    {
        get
        {
            lock (_lock)
            {
                return _blocks.Sum(block => (long)block.Used);
            }
        }
    }

    /// <summary>Stores one batch. It is copied once, from where it was received to where it stays.</summary>
    public AppendResult Append(in ReadOnlySequence<byte> records, in AppendRules rules)
    {
        if (BatchCheck.Envelope(records, rules) is { } refused)
        {
            return refused;
        }

        lock (_lock)
        {
            var result = AppendNeedsLock(records, rules);
            if (result.Error == ErrorCode.None)
            {
                WakeNeedsLock();
            }

            return result;
        }
    }

    /// <summary>Whole batches from the offset on; with <paramref name="atLeastOne"/> the first is returned even if it is too large (KIP-74).</summary>
    public LogRead Read(long offset, long maxBytes, bool atLeastOne)
    {
        lock (_lock)
        {
            if (_isDeleted)
            {
                return new LogRead(ErrorCode.UnknownTopicOrPartition, -1, -1, null);
            }

            if (offset < _startOffset || offset > _endOffset)
            {
                return new LogRead(ErrorCode.OffsetOutOfRange, _startOffset, _endOffset, null);
            }

            var records = new RecordSequence();
            for (var i = BlockOf(offset); i < _blocks.Count; i++)
            {
                var block = _blocks[i];
                var slice = block.Slice(block.IndexOf(offset), maxBytes - records.Length, atLeastOne && records.Length == 0, out var reachesEnd);
                if (!slice.IsEmpty)
                {
                    records.Add(slice);
                }

                // Otherwise a small batch of the next block might fit where a large one of this did not, and leave a hole.
                if (!reachesEnd)
                {
                    break;
                }
            }

            return new LogRead(ErrorCode.None, _startOffset, _endOffset, records.Length == 0 ? null : records.ToSequence());
        }
    }

    /// <summary>The first record that is not older than the timestamp.</summary>
    public OffsetAt FindByTime(long timestamp)
    {
        lock (_lock)
        {
            foreach (var block in _blocks)
            {
                if (block.MaxTimestamp < timestamp)
                {
                    continue;
                }

                foreach (ref readonly var batch in block.Batches)
                {
                    if (batch.MaxTimestamp >= timestamp && batch.LastOffset >= _startOffset && TimeSearch.First(block.BytesOf(batch), batch, timestamp, _startOffset) is { } found)
                    {
                        return found;
                    }
                }
            }

            return OffsetAt.None;
        }
    }

    /// <summary>The record with the largest timestamp, the first of several.</summary>
    public OffsetAt FindNewest()
    {
        lock (_lock)
        {
            var newest = OffsetAt.None;
            foreach (var block in _blocks)
            {
                if (block.MaxTimestamp <= newest.Timestamp)
                {
                    continue;
                }

                foreach (ref readonly var batch in block.Batches)
                {
                    if (batch.MaxTimestamp > newest.Timestamp && batch.LastOffset >= _startOffset)
                    {
                        newest = TimeSearch.Newest(block.BytesOf(batch), batch);
                    }
                }
            }

            return newest;
        }
    }

    /// <summary>Gives up everything below the offset. Returns false, and does nothing, if it lies outside the log.</summary>
    public bool DeleteBefore(long offset)
    {
        lock (_lock)
        {
            if (offset < 0 || offset > _endOffset)
            {
                return false;
            }

            _startOffset = Math.Max(_startOffset, offset);
            _blocks.RemoveAll(block => block.LastOffset < _startOffset);
            return true;
        }
    }

    /// <summary>The topic is gone. Whoever waits here is told.</summary>
    public void Delete()
    {
        lock (_lock)
        {
            _isDeleted = true;
            _blocks.Clear();
            WakeNeedsLock();
        }
    }

    public void Add(FetchWaiter waiter)
    {
        lock (_lock)
        {
            _waiters.Add(waiter);
        }
    }

    public void Remove(FetchWaiter waiter)
    {
        lock (_lock)
        {
            _waiters.Remove(waiter);
        }
    }

    private AppendResult AppendNeedsLock(in ReadOnlySequence<byte> records, in AppendRules rules)
    {
        if (_isDeleted)
        {
            return AppendResult.Refused(ErrorCode.UnknownTopicOrPartition, "The topic was deleted.");
        }

        var length = (int)records.Length;
        var block = BlockWithRoomFor(length);
        var batch = block.Reserve(length);
        records.CopyTo(batch);
        var header = BatchHeader.Read(batch);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (BatchCheck.Content(batch, header, rules, now) is { } refused)
        {
            return refused;
        }

        if (_producers.IsDuplicate(header, out var original))
        {
            return new AppendResult(ErrorCode.None, original.BaseOffset, original.AppendTime);
        }

        return _producers.Check(header) is var fault and not ErrorCode.None
            ? AppendResult.Refused(fault, $"Producer {header.ProducerId} epoch {header.ProducerEpoch} sent sequence number {header.BaseSequence} out of turn.")
            : PublishNeedsLock(block, batch, header, rules.UseAppendTime ? now : null);
    }

    private AppendResult PublishNeedsLock(LogBlock block, Span<byte> batch, in BatchHeader header, long? appendTime)
    {
        var baseOffset = _endOffset;
        BatchHeader.Assign(batch, baseOffset, LeaderEpoch);
        if (appendTime is { } stamp)
        {
            BatchHeader.AssignAppendTime(batch, stamp);
        }

        if (_blocks.Count == 0 || _blocks[^1] != block)
        {
            _blocks.Add(block);
        }

        block.Publish(baseOffset, baseOffset + header.LastOffsetDelta, batch.Length, appendTime ?? header.MaxTimestamp);
        _producers.Add(header, baseOffset, appendTime ?? -1);
        _endOffset = baseOffset + header.RecordCount;
        return new AppendResult(ErrorCode.None, baseOffset, appendTime ?? -1);
    }

    private LogBlock BlockWithRoomFor(int length)
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

    private void WakeNeedsLock()
    {
        foreach (var waiter in _waiters)
        {
            waiter.Wake();
        }
    }
}
