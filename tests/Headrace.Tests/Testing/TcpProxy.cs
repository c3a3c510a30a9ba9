using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Headrace.Tests.Testing;

/// <summary>
/// Stands between clients and a broker: delays, loses replies, swallows everything, cuts connections. It puts its own port in the place of the broker's in
/// every reply, so that clients never go around it.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly string _host;
    private readonly int _port;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, bool> _open = new();
    private readonly ConcurrentDictionary<short, int> _lost = new();
    private readonly ConcurrentDictionary<short, Action<byte[]>> _altered = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isBlackHole;

    public TcpProxy(string broker)
    {
        var colon = broker.LastIndexOf(':');
        (_host, _port) = (broker[..colon], int.Parse(broker.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture));
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>How long every reply takes longer.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Says by API key and bytes which requests are kept from the broker, with all that follow on their connections, until <see cref="Cut"/>.</summary>
    public Func<short, byte[], bool> KeepsRequest { get; set; } = static (_, _) => false;

    /// <summary>The same for replies, which are kept from the client: by API key and bytes of their requests.</summary>
    public Func<short, byte[], bool> KeepsReply { get; set; } = static (_, _) => false;

    private int Port { get; }

    /// <summary>The broker does what it is asked, but so many replies of this API key never come: their connections break instead.</summary>
    public void LoseReplies(short apiKey, int times) => _lost[apiKey] = times;

    /// <summary>How many of <see cref="LoseReplies"/> are still to be lost.</summary>
    public int StillToLose(short apiKey) => _lost.GetValueOrDefault(apiKey);

    /// <summary>Changes every reply of this API key: the bytes from the length on.</summary>
    public void Alter(short apiKey, Action<byte[]> change) => _altered[apiKey] = change;

    /// <summary>Connections stay, new ones too, but nothing gets through any more.</summary>
    public void SwallowEverything() => _isBlackHole = true;

    /// <summary>Breaks every connection; new ones work.</summary>
    public void Cut()
    {
        _isBlackHole = false;
        var cut = _cut;
        _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cut.SetResult();
        foreach (var client in _open.Keys)
        {
            client.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                running.RemoveAll(static task => task.IsCompleted);
                running.Add(RunAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception ending) when (ending is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task RunAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            _open[client] = true;
            try
            {
                (client.NoDelay, server.NoDelay) = (true, true);
                await server.ConnectAsync(_host, _port, _end.Token);
                var requests = new ConcurrentDictionary<int, byte[]>();
                using var ending = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
                Task[] pumps = [PumpAsync(client.GetStream(), server.GetStream(), frame => RequestAsync(frame, requests), ending.Token), PumpAsync(server.GetStream(), client.GetStream(), frame => ReplyAsync(frame, requests), ending.Token)];
                await Task.WhenAny(pumps);
                await ending.CancelAsync();
                client.Close();
                server.Close();
                await Task.WhenAll(pumps);
            }
            catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                // One side has gone, so the other goes.
            }
            finally
            {
                _open.TryRemove(client, out _);
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Func<byte[], ValueTask<bool>> pass, CancellationToken end)
    {
        var length = new byte[4];
        while (true)
        {
            await from.ReadExactlyAsync(length, end);
            var frame = new byte[4 + BinaryPrimitives.ReadInt32BigEndian(length)];
            length.CopyTo(frame, 0);
            await from.ReadExactlyAsync(frame.AsMemory(4), end);
            if (!await pass(frame))
            {
                return;
            }

            if (!_isBlackHole)
            {
                await to.WriteAsync(frame, end);
            }
        }
    }

    private async ValueTask<bool> RequestAsync(byte[] frame, ConcurrentDictionary<int, byte[]> requests)
    {
        requests[BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(8))] = frame;
        return !KeepsRequest(KeyOf(frame), frame) || await KeepAsync();
    }

    private async ValueTask<bool> ReplyAsync(byte[] frame, ConcurrentDictionary<int, byte[]> requests)
    {
        if (Delay > TimeSpan.Zero)
        {
            await Task.Delay(Delay, TimeProvider.System, _end.Token);
        }

        requests.TryRemove(BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)), out var request);
        var key = KeyOf(request!);
        if (KeepsReply(key, request!))
        {
            return await KeepAsync();
        }

        if (_lost.TryGetValue(key, out var left) && left > 0)
        {
            _lost[key] = left - 1;
            return false;
        }

        PutOwnPort(frame);
        _altered.GetValueOrDefault(key)?.Invoke(frame);
        return true;
    }

    // What is kept is never let through.
    private async ValueTask<bool> KeepAsync()
    {
        await _cut.Task.WaitAsync(_end.Token);
        return false;
    }

    private static short KeyOf(byte[] request) => BinaryPrimitives.ReadInt16BigEndian(request.AsSpan(4));

    // A broker's address is its host and, right behind it, four bytes of port.
    private void PutOwnPort(byte[] frame)
    {
        Span<byte> port = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(port, _port);
        foreach (var host in (ReadOnlySpan<string>)["127.0.0.1", "localhost"])
        {
            byte[] wanted = [.. System.Text.Encoding.ASCII.GetBytes(host), .. port];
            for (var at = 0; frame.AsSpan(at).IndexOf(wanted) is >= 0 and var found; at += found + wanted.Length)
            {
                BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(at + found + host.Length), Port);
            }
        }
    }
}
