namespace Headrace.Broker.Log;

/// <summary>The segments of a log, oldest first; the last is written to. Guarded by its log's lock.</summary>
internal sealed class SegmentList
{
    private readonly List<LogSegment> _segments = [];

    public long Size => _segments.Sum(segment => segment.Size);

    /// <summary>Where the next batch is to be written. Nothing has changed until it is published there.</summary>
    public LogSegment SegmentFor(int length, long offset, in AppendRules rules, long now)
    {
        var last = _segments.Count == 0 ? null : _segments[^1];
        return last is null || IsFull(last, length, rules, now) ? new LogSegment(offset, now) : last;
    }

    public void Publish(LogSegment segment, LogBlock block, long baseOffset, long lastOffset, int length, long maxTimestamp)
    {
        if (_segments.Count == 0 || _segments[^1] != segment)
        {
            _segments.Add(segment);
        }

        segment.Publish(block, baseOffset, lastOffset, length, maxTimestamp);
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
    public void RemoveBefore(long offset)
    {
        _segments.RemoveAll(segment => segment.LastOffset < offset);
        if (_segments.Count > 0)
        {
            _segments[0].ReleaseBefore(offset);
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
            if (!isOld && !isTooMuch)
            {
                break;
            }

            size -= segment.Size;
            cut = segment.LastOffset + 1;
        }

        return cut;
    }

    public void Clear() => _segments.Clear();

    private static bool IsFull(LogSegment segment, int length, in AppendRules rules, long now) =>
        segment.Size + length > rules.SegmentBytes || now - segment.CreatedAt > rules.SegmentAge;

    private IEnumerable<LogBlock> BlocksUpTo(long timestamp) =>
        _segments.Where(segment => segment.MaxTimestamp >= timestamp).SelectMany(segment => segment.Blocks).Where(block => block.MaxTimestamp >= timestamp);
}
