using System.Buffers;
using Headrace.Broker.Records;

namespace Headrace.Broker.Log;

/// <summary>
/// Leaves of closed segments only what compaction keeps: the newest record of each key, and tombstones for a while. What cannot be read – another codec, an aborted
/// transaction's records, markers – stays as it is, and displaces nothing.
/// </summary>
internal sealed class LogCleaner(IReadOnlyList<LogCleaner.Source> sources, IReadOnlyList<AbortedTransaction> aborted, long tombstoneRetention, long now)
{
    private readonly KeyOffsets _keys = new();

    /// <summary>When the first tombstone that was kept may go.</summary>
    public long NextExpiry { get; private set; } = long.MaxValue;

    /// <summary>The batches that stay of each segment; null where all of it does.</summary>
    public IReadOnlyList<List<byte[]>?> Run()
    {
        foreach (var source in sources)
        {
            Note(source);
        }

        return [.. sources.Select(Clean)];
    }

    private void Note(Source source)
    {
        foreach (var block in source.Blocks)
        {
            foreach (ref readonly var stored in block.Batches)
            {
                if (!TryOpen(block.BytesOf(stored), out var header, out var records))
                {
                    continue;
                }

                while (records.MoveNext())
                {
                    if (records.TryReadKey(out var key, out _))
                    {
                        _keys.Note(key, header.BaseOffset + records.Current.OffsetDelta);
                    }
                }
            }
        }
    }

    private List<byte[]>? Clean(Source source)
    {
        var kept = new List<byte[]>();
        var changed = false;
        foreach (var block in source.Blocks)
        {
            foreach (ref readonly var stored in block.Batches)
            {
                var bytes = block.BytesOf(stored);
                var rest = Clean(bytes, source.ClosedAt + tombstoneRetention);
                changed |= rest is null || rest.Length != bytes.Length;
                if (rest is not null)
                {
                    kept.Add(rest);
                }
            }
        }

        return changed ? kept : null;
    }

    // The batch without the records that go; null if none stays.
    private byte[]? Clean(ReadOnlySpan<byte> batch, long tombstonesUntil)
    {
        if (!TryOpen(batch, out var header, out var records))
        {
            return batch.ToArray();
        }

        var kept = new ArrayBufferWriter<byte>(batch.Length);
        var (count, maxTimestamp) = (0, -1L);
        while (records.MoveNext())
        {
            if (Stays(records, header.BaseOffset + records.Current.OffsetDelta, tombstonesUntil))
            {
                kept.Write(records.Bytes);
                count++;
                maxTimestamp = Math.Max(maxTimestamp, header.IsLogAppendTime ? header.MaxTimestamp : header.BaseTimestamp + records.Current.TimestampDelta);
            }
        }

        return count == header.RecordCount ? batch.ToArray() : count == 0 ? null : BatchRewrite.Write(batch, header, kept.WrittenSpan, count, maxTimestamp);
    }

    private bool Stays(in RecordReader records, long offset, long tombstonesUntil)
    {
        if (!records.TryReadKey(out var key, out var isTombstone))
        {
            return true;
        }

        if (!_keys.IsNewest(key, offset))
        {
            return false;
        }

        if (isTombstone && tombstonesUntil > now)
        {
            NextExpiry = Math.Min(NextExpiry, tombstonesUntil);
        }

        return !isTombstone || tombstonesUntil > now;
    }

    private bool TryOpen(ReadOnlySpan<byte> batch, out BatchHeader header, out RecordReader records)
    {
        header = BatchHeader.Read(batch);
        var (producer, offset) = (header.ProducerId, header.BaseOffset);
        var isAborted = header.IsTransactional && aborted.Any(one => one.ProducerId == producer && one.FirstOffset <= offset && offset <= one.LastOffset);
        records = default;
        return !header.IsControl && !isAborted && RecordReader.TryOpen(batch, header, out records);
    }

    /// <summary>A segment as it was when the cleaning began.</summary>
    internal readonly record struct Source(LogSegment Segment, IReadOnlyList<LogBlock> Blocks, long ClosedAt);
}
