using System.Buffers;
using Headrace.Broker.Records;
using Headrace.Broker.Storage;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Log;

/// <summary>One partition's record batches, stored as the producer sent them, in memory or in a folder. All members may be called from any thread.</summary>
internal sealed class PartitionLog
{
    // There is one coordinator, which never moves.
    /// <summary>Of the transaction coordinator, which never moves.</summary>
    public const int CoordinatorEpoch = 0;

    private readonly Lock _lock = new();
    private readonly SegmentList _segments;
    private readonly LeaderEpochs _epochs = new();
    private readonly LogCompaction _compaction;
    private readonly ProducerLedger _producers;
    private readonly TransactionIndex _transactions = new();
    private readonly FetchWaiters _waiters = new();
    private readonly TimeProvider _time;
    private readonly PartitionFolder? _folder;
    private readonly SharedFlush _flush;
    private long _startOffset;
    private long _endOffset;
    private bool _isDeleted;

    public PartitionLog(TimeProvider time, PartitionFolder? folder = null)
    {
        _time = time;
        _folder = folder;
        _segments = new SegmentList(folder);
        _compaction = new LogCompaction(_lock, _segments, _transactions);
        _producers = new ProducerLedger(time);
        _flush = new SharedFlush(Flush);
    }

    public long StartOffset => Locked(static log => log._startOffset);

    /// <summary>The offset the next record gets; one node's high watermark.</summary>
    public long EndOffset => Locked(static log => log._endOffset);

    /// <summary>Below it no transaction is open: where a consumer of committed records ends.</summary>
    public long LastStableOffset => Locked(static log => log.StableOffsetNeedsLock);

    /// <summary>Bytes that are stored.</summary>
    public long Size => Locked(static log => log._segments.Size);

    public int LeaderEpoch => Locked(static log => log._epochs.Current);

    // Records of an open transaction may have been deleted, but what is below the log's start is not read any more.
    private long StableOffsetNeedsLock => Math.Max(_startOffset, _transactions.FirstOpenOffset ?? _endOffset);

    /// <summary>Stores one batch. It is copied once, from where it was received to where it stays.</summary>
    public AppendResult Append(in ReadOnlySequence<byte> records, in AppendRules rules)
    {
        if (BatchCheck.Envelope(records, rules) is { } refused)
        {
            return refused;
        }

        lock (_lock)
        {
            try
            {
                var result = AppendNeedsLock(records, rules);
                if (result.Error == ErrorCode.None)
                {
                    _waiters.Wake();
                }

                return result;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                return AppendResult.Refused(ErrorCode.KafkaStorageError, $"The batch cannot be written: {fault.Message}");
            }
        }
    }

    /// <summary>
    /// Whole batches from the offset on; with <paramref name="atLeastOne"/> the first is returned even if it is too large (KIP-74). Committed records end at the
    /// last stable offset, and those of aborted transactions are among them, for the client to leave out.
    /// </summary>
    public LogRead Read(long offset, long maxBytes, bool atLeastOne, bool committed = false)
    {
        lock (_lock)
        {
            if (_isDeleted)
            {
                return new LogRead(ErrorCode.UnknownTopicOrPartition, -1, -1, -1);
            }

            var stable = StableOffsetNeedsLock;
            if (offset < _startOffset || offset > _endOffset)
            {
                return new LogRead(ErrorCode.OffsetOutOfRange, _startOffset, stable, _endOffset);
            }

            var records = _segments.Read(offset, committed ? stable : _endOffset, maxBytes, atLeastOne);
            var aborted = committed ? _transactions.FindAborted(offset, records.LastOffset) : null;
            return new LogRead(ErrorCode.None, _startOffset, stable, _endOffset, records.Length == 0 ? null : records.ToSequence(), aborted);
        }
    }

    /// <summary>The coordinator has entered this partition into a transaction of the producer, which may write now.</summary>
    public void AdmitTransaction(long producerId, short epoch)
    {
        lock (_lock)
        {
            _transactions.Admit(producerId, epoch);
        }
    }

    /// <summary>Ends the producer's transaction here. A newer epoch than its own shuts out what it may still send.</summary>
    public void AppendMarker(long producerId, short epoch, bool committed, in AppendRules rules)
    {
        lock (_lock)
        {
            if (_isDeleted)
            {
                return;
            }

            var now = Now();
            var marker = ControlBatch.Write(producerId, epoch, committed, CoordinatorEpoch, now);
            var segment = _segments.SegmentFor(marker.Length, _endOffset, rules, now);
            var block = segment.BlockWithRoomFor(marker.Length);
            marker.CopyTo(block.Reserve(marker.Length));
            PublishNeedsLock(segment, block, BatchHeader.Read(marker), appendTime: null);
            _waiters.Wake();
        }
    }

    /// <summary>The producers that wrote here and are remembered.</summary>
    public IReadOnlyList<ActiveProducer> Producers()
    {
        lock (_lock)
        {
            return
            [
                .. _producers.All.Select(producer => new ActiveProducer(
                    producer.ProducerId, producer.Epoch, producer.LastSequence, producer.LastTimestamp, _transactions.FirstOffsetOf(producer.ProducerId) ?? -1, producer.HasMarker)),
            ];
        }
    }

    /// <summary>The first record that is not older than the timestamp.</summary>
    public OffsetAt FindByTime(long timestamp)
    {
        lock (_lock)
        {
            return _segments.FindByTime(timestamp, _startOffset);
        }
    }

    /// <summary>The record with the largest timestamp, the first of several.</summary>
    public OffsetAt FindNewest()
    {
        lock (_lock)
        {
            return _segments.FindNewest(_startOffset);
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

            CutNeedsLock(offset);
            return true;
        }
    }

    /// <summary>Gives up the segments that the rules say have been here long enough, or are too much.</summary>
    public void Retain(in RetentionRules rules)
    {
        lock (_lock)
        {
            if (_segments.ExpiredBefore(rules, Now()) is { } offset)
            {
                CutNeedsLock(offset);
            }
        }
    }

    /// <summary>Leaves only the newest record of each key in closed segments, when there is enough to gain. Returns whether there was. One caller at a time.</summary>
    public bool Compact(in CompactionRules rules) => _compaction.Run(rules, LastStableOffset, Now());

    /// <summary>Records from here on are of the next leader epoch, as after a change of the leader. Whoever waits here is told. Returns the new epoch.</summary>
    public int RaiseLeaderEpoch()
    {
        lock (_lock)
        {
            BeginEpochNeedsLock();
            _waiters.Wake();
            return _epochs.Current;
        }
    }

    /// <summary>Takes what is in the folder, before the first use. Where a crash cost the log its tail, the leader epoch rises.</summary>
    public LogRecovery Recover(PartitionEntry? known, bool wasClosedCleanly)
    {
        lock (_lock)
        {
            foreach (var begun in known?.Epochs ?? [])
            {
                _epochs.Begin(begun.Epoch, begun.StartOffset);
            }

            var (segments, found) = new SegmentRecovery(_folder!, ReplayNeedsLock).Run(wasClosedCleanly, Now());
            _segments.Restore(segments);
            _startOffset = Math.Max(known?.StartOffset ?? 0, segments.Count == 0 ? 0 : segments[0].BaseOffset);
            _endOffset = Math.Max(found.EndOffset, _startOffset);
            _transactions.ForgetBefore(_startOffset);
            if (found.CutBytes > 0)
            {
                BeginEpochNeedsLock();
            }

            return found with { EndOffset = _endOffset };
        }
    }

    /// <summary>Brings what was appended so far to the disk, and says up to which offset that is. Segments before the last one are there since they were full.</summary>
    public long Flush()
    {
        LogSegment? last;
        long end;
        lock (_lock)
        {
            (last, end) = (_segments.Last, _endOffset);
        }

        last?.Flush();
        return end;
    }

    /// <summary>Completes when everything below the offset is on the disk, where the broker promises that.</summary>
    public Task FlushedAsync(long offset) => _folder?.Flush == DiskFlush.Always ? _flush.ReachAsync(offset) : Task.CompletedTask;

    /// <summary>Gives the files free, for good. So many bytes of the end are lost, as in a crash.</summary>
    public void Close(int tornBytes)
    {
        lock (_lock)
        {
            if (tornBytes > 0)
            {
                _segments.Last?.Tear(tornBytes);
            }

            _segments.Close();
        }
    }

    /// <summary>Where the records of an epoch end; see <see cref="LeaderEpochs.EndOf"/>.</summary>
    public (int Epoch, long EndOffset) EndOfEpoch(int epoch)
    {
        lock (_lock)
        {
            return _epochs.EndOf(epoch, _endOffset);
        }
    }

    /// <summary>The topic is gone. Whoever waits here is told.</summary>
    public void Delete()
    {
        lock (_lock)
        {
            _isDeleted = true;
            _segments.Clear();
            _waiters.Wake();
        }
    }

    public void Add(FetchWaiter waiter) => _waiters.Add(waiter);

    public void Remove(FetchWaiter waiter) => _waiters.Remove(waiter);

    private AppendResult AppendNeedsLock(in ReadOnlySequence<byte> records, in AppendRules rules)
    {
        if (_isDeleted)
        {
            return AppendResult.Refused(ErrorCode.UnknownTopicOrPartition, "The topic was deleted.");
        }

        var length = (int)records.Length;
        var now = Now();
        var segment = _segments.SegmentFor(length, _endOffset, rules, now);
        var block = segment.BlockWithRoomFor(length);
        var batch = block.Reserve(length);
        records.CopyTo(batch);
        var header = BatchHeader.Read(batch);
        if (BatchCheck.Content(batch, header, rules, now) is { } refused)
        {
            return refused;
        }

        if (_producers.IsDuplicate(header, out var original))
        {
            return new AppendResult(ErrorCode.None, original.BaseOffset, original.AppendTime);
        }

        if (_producers.Check(header) is var fault and not ErrorCode.None)
        {
            return AppendResult.Refused(fault, $"Producer {header.ProducerId} epoch {header.ProducerEpoch} sent sequence number {header.BaseSequence} out of turn.");
        }

        return _transactions.Check(header.ProducerId, header.ProducerEpoch, header.IsTransactional) is var stray and not ErrorCode.None
            ? AppendResult.Refused(stray, $"Producer {header.ProducerId} epoch {header.ProducerEpoch} has not entered this partition into its transaction, or left it.")
            : PublishNeedsLock(segment, block, header, rules.UseAppendTime ? now : null);
    }

    private AppendResult PublishNeedsLock(LogSegment segment, MemoryBlock block, in BatchHeader header, long? appendTime)
    {
        var length = (int)header.Length;
        var batch = block.Reserve(length);
        var baseOffset = _endOffset;
        BatchHeader.Assign(batch, baseOffset, _epochs.Current);
        if (appendTime is { } stamp)
        {
            BatchHeader.AssignAppendTime(batch, stamp);
        }

        _segments.Publish(segment, block, baseOffset, baseOffset + header.LastOffsetDelta, length, appendTime ?? header.MaxTimestamp);
        NoteNeedsLock(batch, header, baseOffset, appendTime ?? -1);
        _endOffset = baseOffset + header.RecordCount;
        return new AppendResult(ErrorCode.None, baseOffset, appendTime ?? -1);
    }

    // All that the log remembers of producers follows from its batches, in order.
    private void NoteNeedsLock(ReadOnlySpan<byte> batch, in BatchHeader header, long baseOffset, long appendTime)
    {
        if (header.IsControl)
        {
            _producers.AddMarker(header.ProducerId, header.ProducerEpoch, header.MaxTimestamp);
            _transactions.AddMarker(header.ProducerId, ControlBatch.IsCommit(batch), baseOffset);
            return;
        }

        _producers.Add(header, baseOffset, appendTime);
        if (header.IsTransactional)
        {
            _transactions.AddRecords(header.ProducerId, baseOffset);
        }
    }

    private void ReplayNeedsLock(in BatchHeader header, ReadOnlySpan<byte> start) =>
        NoteNeedsLock(start, header, header.BaseOffset, header.IsLogAppendTime ? header.MaxTimestamp : -1);

    private void CutNeedsLock(long offset)
    {
        _startOffset = Math.Max(_startOffset, offset);
        _transactions.ForgetBefore(_startOffset);
        _segments.RemoveBefore(_startOffset, _endOffset, Now());
        RememberNeedsLock();
    }

    private void BeginEpochNeedsLock()
    {
        _epochs.Begin(_epochs.Current + 1, _endOffset);
        RememberNeedsLock();
    }

    private void RememberNeedsLock() => _folder?.Remember(_startOffset, _epochs.Begun.Select(begun => new EpochStart(begun.Epoch, begun.StartOffset)));

    private T Locked<T>(Func<PartitionLog, T> read)
    {
        lock (_lock)
        {
            return read(this);
        }
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
