using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace Headrace.Broker.Server;

/// <summary>A client's connection. It is read on, up to a limit, while a request is handled, so that a client that hangs up is noticed at once.</summary>
internal sealed class SocketConnection : IAsyncDisposable
{
    // Of memory that is read into: large, for batches are, and small enough for the pool.
    private const int Segment = 64 * 1024;
    private const int SmallestRead = 4 * 1024;
    private const int MostUnread = 1024 * 1024;

    private readonly Socket _socket;
    private readonly Pipe _input;
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _receiving;

    public SocketConnection(Socket socket)
    {
        _socket = socket;
        _socket.NoDelay = true;
        Output = new SocketWriter(socket);

        // Handlers compute and never block, so that a request need not change threads on its way.
        _input = new Pipe(new PipeOptions(
            readerScheduler: PipeScheduler.Inline,
            writerScheduler: PipeScheduler.Inline,
            pauseWriterThreshold: MostUnread,
            resumeWriterThreshold: MostUnread / 2,
            minimumSegmentSize: Segment,
            useSynchronizationContext: false));
        RemoteAddress = (socket.RemoteEndPoint as IPEndPoint)?.Address;
        Closed = _closed.Token;
        _receiving = ReceiveAsync();
    }

    public PipeReader Input => _input.Reader;

    public SocketWriter Output { get; }

    public IPAddress? RemoteAddress { get; }

    /// <summary>Fires when the client hangs up or the connection is ended from here.</summary>
    public CancellationToken Closed { get; }

    public void Abort()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The client was faster.
        }

        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Abort();
        await _input.Reader.CompleteAsync();
        await _receiving;
        await Output.CompleteAsync();
        _closed.Dispose();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            for (var mayBeMore = false; ;)
            {
                if (!mayBeMore)
                {
                    // A connection that waits holds no memory.
                    await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
                }

                var memory = _input.Writer.GetMemory(SmallestRead);
                var received = await _socket.ReceiveAsync(memory, SocketFlags.None);
                mayBeMore = received == memory.Length;
                _input.Writer.Advance(received);
                if (received == 0 || (await _input.Writer.FlushAsync()).IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // However it ended, nothing more will come.
        }
        finally
        {
            await _input.Writer.CompleteAsync();
            await _closed.CancelAsync();
        }
    }
}
