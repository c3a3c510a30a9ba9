using Headrace.Broker.Records;
using Headrace.Broker.Storage;

namespace Headrace.Broker.Log;

/// <summary>Makes the segments of a log from its files, and cuts off what a crash left unfinished.</summary>
/// <param name="folder">Where the files are.</param>
/// <param name="note">Told of every batch, in order: its header and its first bytes.</param>
internal sealed class SegmentRecovery(PartitionFolder folder, SegmentRecovery.Note note)
{
    private const int LargestBlock = 1024 * 1024;

    private readonly List<LogSegment> _segments = [];
    private long _end;
    private long _cut;

    internal delegate void Note(in BatchHeader header, ReadOnlySpan<byte> start);

    /// <param name="wasClosedCleanly">Checksums need not be compared; otherwise those of the last segment are, since only that was being written.</param>
    /// <param name="now">When the segments count as begun.</param>
    public (List<LogSegment> Segments, LogRecovery Found) Run(bool wasClosedCleanly, long now)
    {
        var files = folder.Segments();
        for (var i = 0; i < files.Count; i++)
        {
            var (baseOffset, file) = files[i];
            if (_cut > 0 || baseOffset < _end)
            {
                // Behind a hole: readers must not meet it as if nothing were missing.
                _cut += file.Length;
                file.Delete();
                continue;
            }

            _end = baseOffset;
            Recover(new LogSegment(baseOffset, now, file), file, verify: !wasClosedCleanly && i == files.Count - 1);
        }

        return (_segments, new LogRecovery(_end, _cut));
    }

    private void Recover(LogSegment segment, SegmentFile file, bool verify)
    {
        var scan = new SegmentScan(file, start: 0, file.Length, verify);
        var block = new BlockUnderway(Position: 0, Used: 0, LastOffset: -1, MaxTimestamp: -1);
        while (scan.MoveNext() && scan.Header.BaseOffset >= _end)
        {
            var header = scan.Header;
            if (block.Used > 0 && block.Used + header.Length > LargestBlock)
            {
                segment.AddStored(block.Position, block.Used, block.LastOffset, block.MaxTimestamp);
                block = new BlockUnderway(scan.Position, 0, -1, -1);
            }

            _end = header.BaseOffset + header.LastOffsetDelta + 1;
            block = block with { Used = block.Used + (int)header.Length, LastOffset = _end - 1, MaxTimestamp = Math.Max(block.MaxTimestamp, header.MaxTimestamp) };
            note(header, scan.Batch);
        }

        if (block.Used > 0)
        {
            segment.AddStored(block.Position, block.Used, block.LastOffset, block.MaxTimestamp);
        }

        if (segment.Size < file.Length)
        {
            _cut += file.Length - segment.Size;
            file.Truncate(segment.Size);
        }

        _segments.Add(segment);
    }

    private readonly record struct BlockUnderway(long Position, int Used, long LastOffset, long MaxTimestamp);
}
