using Headrace.Broker.Records;

namespace Headrace.Broker.Storage;

/// <summary>Walks the batches of a segment file, from one on to the end or to the first that is short or broken.</summary>
/// <param name="file">What is read.</param>
/// <param name="start">Where a batch begins.</param>
/// <param name="length">Where the file ends, or counts as ended.</param>
/// <param name="verify">Whether checksums are compared, which takes reading every byte; otherwise headers are.</param>
internal sealed class SegmentScan(SegmentFile file, long start, long length, bool verify)
{
    private const int LargeWindow = 256 * 1024;

    // Headers alone are far apart in large batches: what is read between them is for nothing.
    private const int SmallWindow = 16 * 1024;

    private byte[] _window = new byte[verify ? LargeWindow : SmallWindow];
    private long _windowAt;
    private int _inWindow;

    /// <summary>Where the sound batches end, so far.</summary>
    public long End { get; private set; } = start;

    /// <summary>Where the current batch begins.</summary>
    public long Position { get; private set; }

    public BatchHeader Header { get; private set; }

    /// <summary>The current batch; of large ones perhaps only the beginning, unless checksums are compared.</summary>
    public ReadOnlySpan<byte> Batch => _window.AsSpan((int)(Position - _windowAt), (int)Math.Min(Header.Length, _windowAt + _inWindow - Position));

    public bool MoveNext()
    {
        Position = End;
        if (length - Position < BatchHeader.Size || !TryRead(BatchHeader.Size))
        {
            return false;
        }

        Header = BatchHeader.Read(_window.AsSpan((int)(Position - _windowAt)));
        if (Header.Magic != 2 || Header.Length < BatchHeader.Size || Header.Length > length - Position || Header.RecordCount < 0 || Header.LastOffsetDelta < 0)
        {
            return false;
        }

        // A marker is read whole in any case: what it says is behind the header.
        var needed = verify ? (int)Header.Length : (int)Math.Min(Header.Length, ControlBatch.Size);
        if (!TryRead(needed) || (verify && BatchHeader.ComputeCrc(Batch) != Header.Crc))
        {
            return false;
        }

        End = Position + Header.Length;
        return true;
    }

    // Makes the window hold so many bytes from the current position on.
    private bool TryRead(int count)
    {
        if (Position >= _windowAt && Position + count <= _windowAt + _inWindow)
        {
            return true;
        }

        if (_window.Length < count)
        {
            _window = new byte[count];
        }

        _windowAt = Position;
        _inWindow = file.Read(Position, _window.AsSpan(0, (int)Math.Min(_window.Length, length - Position)));
        return _inWindow >= count;
    }
}
