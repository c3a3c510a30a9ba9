using System.Buffers;

namespace Headrace.Broker.Log;

/// <summary>Pieces of several blocks as one run of bytes, without copying.</summary>
internal sealed class RecordSequence
{
    private ReadOnlyMemory<byte> _only;
    private Piece? _first;
    private Piece? _last;

    public long Length { get; private set; }

    /// <summary>Of the last record in it; -1 while it is empty.</summary>
    public long LastOffset { get; private set; } = -1;

    public void Add(ReadOnlyMemory<byte> bytes, long lastOffset)
    {
        if (Length == 0)
        {
            _only = bytes;
        }
        else
        {
            _first ??= _last = new Piece(_only, 0);
            _last = _last!.Append(bytes);
        }

        Length += bytes.Length;
        LastOffset = lastOffset;
    }

    public ReadOnlySequence<byte> ToSequence() =>
        _first is null ? new ReadOnlySequence<byte>(_only) : new ReadOnlySequence<byte>(_first, 0, _last!, _last!.Memory.Length);

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> bytes, long runningIndex)
        {
            Memory = bytes;
            RunningIndex = runningIndex;
        }

        public Piece Append(ReadOnlyMemory<byte> bytes)
        {
            var next = new Piece(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
