using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Headrace.Conformance.Tests.Testing;

/// <summary>
/// Stands between a client and a broker, and can lose the answer to a request that the broker has carried out: the client's connection is closed instead. In what the broker
/// says about itself, its port is replaced by this one's, so that clients stay.
/// </summary>
internal sealed class LossyProxy : IAsyncDisposable
{
    private const short Metadata = 3;
    private const short FindCoordinator = 10;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly string _host;
    private readonly int _port;
    private readonly Func<short, bool> _loses;
    private readonly Task _accepting;

    /// <param name="broker">Host and port.</param>
    /// <param name="loses">Asked for the API key of every answer: whether it is lost.</param>
    public LossyProxy(string broker, Func<short, bool> loses)
    {
        var parts = broker.Split(':');
        (_host, _port, _loses) = (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), loses);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{Port}";

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await Task.WhenAll(_connections.Append(_accepting));
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var broker = new TcpClient();
        using (client)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            try
            {
                await broker.ConnectAsync(_host, _port, either.Token);
                var keys = new ConcurrentDictionary<int, short>();
                var ways = new[] { RequestsAsync(client.GetStream(), broker.GetStream(), keys, either.Token), AnswersAsync(broker.GetStream(), client.GetStream(), keys, either.Token) };
                await Task.WhenAny(ways);
                await either.CancelAsync();
                await Task.WhenAll(ways);
            }
            catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException)
            {
                // Either side has hung up.
            }
        }
    }

    private static async Task RequestsAsync(NetworkStream from, NetworkStream to, ConcurrentDictionary<int, short> keys, CancellationToken ending)
    {
        while (await ReadFrameAsync(from, ending) is { } frame)
        {
            keys[BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(8))] = BinaryPrimitives.ReadInt16BigEndian(frame.AsSpan(4));
            await to.WriteAsync(frame, ending);
        }
    }

    private async Task AnswersAsync(NetworkStream from, NetworkStream to, ConcurrentDictionary<int, short> keys, CancellationToken ending)
    {
        while (await ReadFrameAsync(from, ending) is { } frame)
        {
            keys.TryRemove(BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)), out var key);
            if (_loses(key))
            {
                return;
            }

            if (key is Metadata or FindCoordinator)
            {
                ReplacePort(frame);
            }

            await to.WriteAsync(frame, ending);
        }
    }

    // Host and port follow each other in every version; the host's length does not change.
    private void ReplacePort(Span<byte> frame)
    {
        var address = new byte[_host.Length + sizeof(int)];
        Encoding.UTF8.GetBytes(_host, address);
        BinaryPrimitives.WriteInt32BigEndian(address.AsSpan(_host.Length), _port);
        for (var at = frame.IndexOf(address); at >= 0; at = frame.IndexOf(address))
        {
            BinaryPrimitives.WriteInt32BigEndian(frame[(at + _host.Length)..], Port);
        }
    }

    private static async Task<byte[]?> ReadFrameAsync(NetworkStream stream, CancellationToken ending)
    {
        var prefix = new byte[sizeof(int)];
        if (await stream.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, ending) < prefix.Length)
        {
            return null;
        }

        var frame = new byte[sizeof(int) + BinaryPrimitives.ReadInt32BigEndian(prefix)];
        prefix.CopyTo(frame, 0);
        await stream.ReadExactlyAsync(frame.AsMemory(sizeof(int)), ending);
        return frame;
    }
}
