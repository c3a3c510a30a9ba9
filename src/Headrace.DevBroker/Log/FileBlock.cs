using Headrace.Broker.Storage;

namespace Headrace.Broker.Log;

/// <summary>A block in a file. Memory holds where its batches are, unless they are so small that this would be much; then the file is asked again.</summary>
internal sealed class FileBlock : LogBlock
{
    private const int Largest = 1024 * 1024;

    // What is remembered of a batch takes 40 bytes.
    private const int SmallestRemembered = 1_000;

    private readonly SegmentFile _file;
    private readonly long _position;
    private readonly WeakReference<BatchIndex> _lastIndex = new(null!);
    private BatchIndex? _index;

    /// <summary>A block that is written to.</summary>
    public FileBlock(SegmentFile file, long position) => (_file, _position, _index) = (file, position, new BatchIndex());

    /// <summary>A block that the file holds already.</summary>
    public FileBlock(SegmentFile file, long position, int used, long lastOffset, long maxTimestamp)
    {
        (_file, _position) = (file, position);
        Note(lastOffset, used, maxTimestamp);
    }

    protected override BatchIndex Index
    {
        get
        {
            if (_index is { } index || _lastIndex.TryGetTarget(out index))
            {
                return index;
            }

            Remember(index = Scan());
            return index;
        }
    }

    /// <summary>Whether one more batch can be added, without a look at the file.</summary>
    public override bool HasRoomFor(int length) => _index is not null && Used + length <= Largest;

    /// <summary>Nothing is written to it any more.</summary>
    public void Seal()
    {
        if (_index is { } index)
        {
            _index = null;
            Remember(index);
        }
    }

    protected override ReadOnlyMemory<byte> Bytes(int start, int length) => _file.Bytes(_position + start, length).Memory;

    private void Remember(BatchIndex index)
    {
        _lastIndex.SetTarget(index);
        _index = (long)index.Count * SmallestRemembered <= Used ? index : null;
    }

    private BatchIndex Scan()
    {
        var index = new BatchIndex();
        var scan = new SegmentScan(_file, _position, _position + Used, verify: false);
        while (scan.MoveNext())
        {
            var header = scan.Header;
            index.Add(new StoredBatch(header.BaseOffset, header.BaseOffset + header.LastOffsetDelta, (int)(scan.Position - _position), (int)header.Length, header.MaxTimestamp));
        }

        return scan.End == _position + Used ? index : throw new IOException($"'{_file.Path}' has no sound batch at {scan.End}: somebody else has changed it.");
    }
}
