using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.InteropServices;

namespace Headrace.Broker.Wire;

/// <summary>
/// A frame in the making. Record batches are remembered, not copied, so that its length is known before its bytes are needed, and a large frame is
/// on its way while its end is still being copied into the pipe.
/// </summary>
internal sealed class WireOutput : IBufferWriter<byte>
{
    private const int FlushAt = 128 * 1024;

    // Fewer are cheaper to copy than to send by themselves.
    private const int WorthSending = 16 * 1024;

    private readonly List<Piece> _pieces = [];
    private byte[] _written = new byte[512];
    private int _used;
    private int _inPieces;

    public long Length { get; private set; }

    public void Clear()
    {
        _pieces.Clear();
        _used = _inPieces = 0;
        Length = 0;
    }

    public void Advance(int count)
    {
        _used += count;
        Length += count;
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoomFor(sizeHint);
        return _written.AsSpan(_used);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoomFor(sizeHint);
        return _written.AsMemory(_used);
    }

    /// <summary>Bytes that do not change until the frame is sent.</summary>
    public void AddUncopied(in ReadOnlySequence<byte> bytes)
    {
        _pieces.Add(new Piece(_inPieces, _used - _inPieces, bytes));
        _inPieces = _used;
        Length += bytes.Length;
    }

    /// <summary>Writes length and content, flushing on the way when there is much; the rest is left unflushed.</summary>
    public async ValueTask WriteToAsync(PipeWriter output)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), checked((int)Length));
        output.Advance(sizeof(int));
        foreach (var piece in _pieces)
        {
            output.Write(_written.AsSpan(piece.Start, piece.Length));
            await FlushIfMuchAsync(output);
            foreach (var memory in piece.Then)
            {
                await WriteAsync(output, memory);
            }
        }

        output.Write(_written.AsSpan(_inPieces, _used - _inPieces));
    }

    private static async ValueTask WriteAsync(PipeWriter output, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length >= WorthSending)
        {
            await output.WriteAsync(bytes);
            return;
        }

        if (MemoryMarshal.TryGetMemoryManager<byte, UnreadBytes>(bytes, out var unread, out var start, out _))
        {
            unread.Read(start, output.GetSpan(bytes.Length)[..bytes.Length]);
            output.Advance(bytes.Length);
        }
        else
        {
            output.Write(bytes.Span);
        }

        await FlushIfMuchAsync(output);
    }

    private static async ValueTask FlushIfMuchAsync(PipeWriter output)
    {
        if (output.UnflushedBytes >= FlushAt)
        {
            await output.FlushAsync();
        }
    }

    private void EnsureRoomFor(int sizeHint)
    {
        if (_written.Length - _used < Math.Max(sizeHint, 1))
        {
            Array.Resize(ref _written, Math.Max(_written.Length * 2, _used + sizeHint));
        }
    }

    /// <summary>Some of the written bytes, and what follows them.</summary>
    private readonly record struct Piece(int Start, int Length, ReadOnlySequence<byte> Then);
}
