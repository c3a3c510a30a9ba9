using Headrace.Broker.Storage;

namespace Headrace.Broker.Log;

/// <summary>The segments of a log, oldest first; the last is written to. Guarded by its log's lock.</summary>
internal sealed class SegmentList(PartitionFolder? folder)
{
    private readonly List<LogSegment> _segments = [];

    // A file that is deleted or copied as a whole should not be huge.
    private const int LargestStoredSegment = 64 * 1024 * 1024;

    public LogSegment? Last => _segments.Count == 0 ? null : _segments[^1];

    public long Size => _segments.Sum(segment => segment.Size);

    /// <summary>Where the next batch is to be written. Nothing has changed until it is published there.</summary>
    public LogSegment SegmentFor(int length, long offset, in AppendRules rules, long now)
    {
        var last = _segments.Count == 0 ? null : _segments[^1];
        return last is null || IsFull(last, length, rules, now) ? new LogSegment(offset, now, folder?.NewSegment(offset)) : last;
    }

    public void Publish(LogSegment segment, MemoryBlock block, long baseOffset, long lastOffset, int length, long maxTimestamp)
    {
        segment.Publish(block, baseOffset, lastOffset, length, maxTimestamp);
        if (_segments.Count == 0 || _segments[^1] != segment)
        {
            if (_segments.Count > 0)
            {
                _segments[^1].Seal(folder?.Flush is DiskFlush.Interval or DiskFlush.Always, segment.CreatedAt);
            }

            _segments.Add(segment);
        }
    }

    /// <summary>Whole batches from the one that holds the offset, or is the first behind it, up to the other offset.</summary>
    public RecordSequence Read(long offset, long before, long maxBytes, bool atLeastOne)
    {
        var records = new RecordSequence();
        foreach (var segment in _segments)
        {
            if (segment.LastOffset >= offset && !segment.Read(offset, before, maxBytes, atLeastOne, records))
            {
                break;
            }
        }

        return records;
    }

    /// <summary>The first record, at or behind the offset, that is not older than the timestamp.</summary>
    public OffsetAt FindByTime(long timestamp, long startOffset)
    {
        foreach (var block in BlocksUpTo(timestamp))
        {
            foreach (ref readonly var batch in block.Batches)
            {
                if (batch.MaxTimestamp >= timestamp && batch.LastOffset >= startOffset && TimeSearch.First(block.BytesOf(batch), batch, timestamp, startOffset) is { } found)
                {
                    return found;
                }
            }
        }

        return OffsetAt.None;
    }

    /// <summary>The record, at or behind the offset, with the largest timestamp, the first of several.</summary>
    public OffsetAt FindNewest(long startOffset)
    {
        var newest = OffsetAt.None;
        foreach (var block in BlocksUpTo(timestamp: 0))
        {
            if (block.MaxTimestamp <= newest.Timestamp)
            {
                continue;
            }

            foreach (ref readonly var batch in block.Batches)
            {
                if (batch.MaxTimestamp > newest.Timestamp && batch.LastOffset >= startOffset)
                {
                    newest = TimeSearch.Newest(block.BytesOf(batch), batch);
                }
            }
        }

        return newest;
    }

    /// <summary>Gives up what holds nothing at or behind the offset.</summary>
    public void RemoveBefore(long offset, long endOffset, long now)
    {
        var gone = _segments.FindAll(segment => segment.LastOffset < offset && segment.Size > 0);
        if (gone.Count > 0 && gone.Count == _segments.Count && folder is not null)
        {
            // Of files, one says where the log goes on, as in Kafka.
            _segments.Add(new LogSegment(endOffset, now, folder.NewSegment(endOffset)));
        }

        foreach (var segment in gone)
        {
            segment.Delete();
            _segments.Remove(segment);
        }

        if (_segments.Count > 0)
        {
            _segments[0].ReleaseBefore(offset);
        }
    }

    /// <summary>The segments that may be compacted: closed, without an open transaction, and not too young.</summary>
    public List<LogCleaner.Source> Cleanable(long stableOffset, long minLag, long now) =>
    [
        .. _segments.SkipLast(1)
            .TakeWhile(segment => segment.LastOffset < stableOffset && now - segment.NewestTime >= minLag)
            .Select(segment => new LogCleaner.Source(segment, [.. segment.Blocks], segment.ClosedAt ?? segment.CreatedAt)),
    ];

    /// <summary>Whether all of these are still here.</summary>
    public bool Contain(IEnumerable<LogSegment> segments) => segments.All(_segments.Contains);

    /// <summary>Puts other batches in a segment's place; of none, nothing is left but the first segment of files, which tells where the log began.</summary>
    public void Replace(LogSegment segment, List<byte[]> batches)
    {
        var index = _segments.IndexOf(segment);
        if (batches.Count == 0 && (index > 0 || folder is null))
        {
            segment.Delete();
            _segments.RemoveAt(index);
            return;
        }

        var rewritten = segment.Rewrite(batches, folder?.NewRewrite(segment.BaseOffset));
        rewritten.TakePlace(segment);
        _segments[index] = rewritten;
    }

    /// <summary>Takes what a recovery found.</summary>
    public void Restore(IEnumerable<LogSegment> segments) => _segments.AddRange(segments);

    /// <summary>Gives the files free. Nothing is written any more.</summary>
    public void Close()
    {
        foreach (var segment in _segments)
        {
            segment.Close();
        }
    }

    /// <summary>
    /// How far the log may be cut so that, by Kafka's rules, no whole segment is older or takes more room than the topic allows. A size never costs the last segment, an
    /// age does.
    /// </summary>
    public long? ExpiredBefore(in RetentionRules rules, long now)
    {
        long? cut = null;
        var size = Size;
        foreach (var segment in _segments)
        {
            var isOld = rules.MaxAge >= 0 && now - segment.NewestTime > rules.MaxAge;
            var isTooMuch = rules.MaxBytes >= 0 && size - segment.Size >= rules.MaxBytes && segment != _segments[^1];
            if (segment.Size == 0)
            {
                continue;
            }

            if (!isOld && !isTooMuch)
            {
                break;
            }

            size -= segment.Size;
            cut = segment.LastOffset + 1;
        }

        return cut;
    }

    public void Clear()
    {
        Close();
        _segments.Clear();
        folder?.Forget();
    }

    private bool IsFull(LogSegment segment, int length, in AppendRules rules, long now) =>
        segment.Size > 0
        && (segment.Size + length > (folder is null ? rules.SegmentBytes : Math.Min(rules.SegmentBytes, LargestStoredSegment)) || now - segment.CreatedAt > rules.SegmentAge);

    private IEnumerable<LogBlock> BlocksUpTo(long timestamp) =>
        _segments.Where(segment => segment.MaxTimestamp >= timestamp).SelectMany(segment => segment.Blocks).Where(block => block.MaxTimestamp >= timestamp);
}
