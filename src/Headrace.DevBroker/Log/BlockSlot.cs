using Headrace.Broker.Storage;

namespace Headrace.Broker.Log;

/// <summary>
/// A block and where it is: in memory, or in a file of which memory has a copy while the block is written to, and later for as long as somebody uses it. Guarded by its
/// log's lock.
/// </summary>
internal sealed class BlockSlot
{
    private readonly SegmentFile? _file;
    private readonly long _position;
    private readonly WeakReference<LogBlock> _copy;
    private LogBlock? _block;
    private int _used;
    private long _lastOffset;
    private long _maxTimestamp;

    /// <summary>A block that is written to.</summary>
    public BlockSlot(LogBlock block, SegmentFile? file, long position)
    {
        _block = block;
        _file = file;
        _position = position;
        _copy = new WeakReference<LogBlock>(block);
    }

    /// <summary>A block that a file holds already.</summary>
    public BlockSlot(SegmentFile file, long position, int used, long lastOffset, long maxTimestamp)
    {
        _file = file;
        _position = position;
        _copy = new WeakReference<LogBlock>(null!);
        (_used, _lastOffset, _maxTimestamp) = (used, lastOffset, maxTimestamp);
    }

    public int Used => _block?.Used ?? _used;

    public long LastOffset => _block?.LastOffset ?? _lastOffset;

    public long MaxTimestamp => _block?.MaxTimestamp ?? _maxTimestamp;

    /// <summary>The block, if it can be written to.</summary>
    public LogBlock? Writable => _block;

    /// <summary>The block in memory.</summary>
    public LogBlock Open()
    {
        if (_block is { } block)
        {
            return block;
        }

        if (!_copy.TryGetTarget(out var copy))
        {
            _copy.SetTarget(copy = LogBlock.Load(_file!, _position, _used));
        }

        return copy;
    }

    /// <summary>Nothing is written to it any more: from here on memory need not hold what a file does.</summary>
    public void Seal()
    {
        if (_file is not null && _block is { } block)
        {
            (_used, _lastOffset, _maxTimestamp) = (block.Used, block.LastOffset, block.MaxTimestamp);
            _block = null;
        }
    }
}
