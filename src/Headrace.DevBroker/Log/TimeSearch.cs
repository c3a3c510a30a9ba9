using Headrace.Broker.Records;

namespace Headrace.Broker.Log;

/// <summary>Searches by time inside one batch: record by record where its codec can be read, otherwise for the batch as a whole.</summary>
internal static class TimeSearch
{
    /// <summary>The first record, at or behind the offset, that is not older than the timestamp.</summary>
    public static OffsetAt? First(ReadOnlySpan<byte> bytes, in StoredBatch batch, long timestamp, long startOffset)
    {
        var header = BatchHeader.Read(bytes);
        if (header.IsLogAppendTime)
        {
            return new OffsetAt(Math.Max(batch.BaseOffset, startOffset), header.MaxTimestamp);
        }

        if (!RecordReader.TryOpen(bytes, header, out var records))
        {
            // Too early rather than too late: whoever starts here misses nothing.
            return new OffsetAt(Math.Max(batch.BaseOffset, startOffset), Math.Max(header.BaseTimestamp, timestamp));
        }

        while (records.MoveNext())
        {
            var offset = batch.BaseOffset + records.Current.OffsetDelta;
            var recordTime = header.BaseTimestamp + records.Current.TimestampDelta;
            if (recordTime >= timestamp && offset >= startOffset)
            {
                return new OffsetAt(offset, recordTime);
            }
        }

        return null;
    }

    /// <summary>The batch's record with the largest timestamp; its last where the records cannot be read.</summary>
    public static OffsetAt Newest(ReadOnlySpan<byte> bytes, in StoredBatch batch)
    {
        var header = BatchHeader.Read(bytes);
        if (!header.IsLogAppendTime && RecordReader.TryOpen(bytes, header, out var records))
        {
            while (records.MoveNext())
            {
                if (header.BaseTimestamp + records.Current.TimestampDelta == header.MaxTimestamp)
                {
                    return new OffsetAt(batch.BaseOffset + records.Current.OffsetDelta, header.MaxTimestamp);
                }
            }
        }

        return new OffsetAt(header.IsLogAppendTime ? batch.BaseOffset : batch.LastOffset, header.MaxTimestamp);
    }
}
