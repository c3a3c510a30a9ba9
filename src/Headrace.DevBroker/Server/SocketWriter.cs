using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Headrace.Broker.Storage;

namespace Headrace.Broker.Server;

/// <summary>Sends to a socket: what was written, when it is flushed, and large pieces of memory from where they are.</summary>
internal sealed class SocketWriter(Socket socket) : PipeWriter
{
    private const int Smallest = 4 * 1024;

    private byte[] _buffer = [];
    private int _used;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _used;

    public override void Advance(int bytes) => _used += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoomFor(sizeHint);
        return _buffer.AsMemory(_used);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoomFor(sizeHint);
        return _buffer.AsSpan(_used);
    }

    /// <exception cref="SocketException">The client is gone.</exception>
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        for (var sent = 0; sent < _used;)
        {
            sent += await socket.SendAsync(_buffer.AsMemory(sent, _used - sent), SocketFlags.None, cancellationToken);
        }

        Clear();
        return default;
    }

    /// <summary>Sends what was written before, and these, without copying them.</summary>
    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (MemoryMarshal.TryGetMemoryManager<byte, StoredBytes>(source, out var stored, out var start, out var length))
        {
            return await SendAsync(stored.From(start, length), length);
        }

        if (!MemoryMarshal.TryGetArray(source, out var bytes))
        {
            this.Write(source.Span);
            return await FlushAsync(cancellationToken);
        }

        var all = _used + bytes.Count;
        var sent = await socket.SendAsync([new ArraySegment<byte>(_buffer, 0, _used), bytes], SocketFlags.None);
        Clear();
        return sent == all ? default(FlushResult) : throw new IOException($"Of {all} bytes {sent} could be sent.");
    }

    public override void CancelPendingFlush() => throw new NotSupportedException();

    public override void Complete(Exception? exception = null) => Clear();

    private async ValueTask<FlushResult> SendAsync(SendPacketsElement file, int length)
    {
        await FlushAsync();
        using var sending = new SocketAsyncEventArgs { SendPacketsElements = [file] };
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sending.Completed += (_, _) => sent.SetResult();
        if (socket.SendPacketsAsync(sending))
        {
            await sent.Task;
        }

        return sending.SocketError != SocketError.Success ? throw new SocketException((int)sending.SocketError)
            : sending.BytesTransferred == length ? default(FlushResult) : throw new IOException($"Of {length} bytes of a file {sending.BytesTransferred} could be sent.");
    }

    // A connection that has nothing to send holds no memory.
    private void Clear()
    {
        _used = 0;
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private void EnsureRoomFor(int sizeHint)
    {
        if (_buffer.Length - _used >= Math.Max(sizeHint, 1))
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Smallest, Math.Max(_used + sizeHint, _buffer.Length * 2)));
        _buffer.AsSpan(0, _used).CopyTo(larger);
        var used = _used;
        Clear();
        (_buffer, _used) = (larger, used);
    }
}
