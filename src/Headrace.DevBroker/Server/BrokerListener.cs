using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using Headrace.Broker.Requests;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Server;

/// <summary>Lets clients in, and keeps track of those that are.</summary>
internal sealed class BrokerListener : IAsyncDisposable
{
    private const int MostUnaccepted = 512;

    private readonly PortReservation _reservation;
    private readonly ILogger _logger;
    private readonly BrokerState _broker;
    private readonly ServerParts _parts;
    private readonly ConcurrentDictionary<SocketConnection, Task> _connections = new();
    private readonly SemaphoreSlim _switching = new(1, 1);
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private long _lastConnection;

    public BrokerListener(PortReservation reservation, BrokerState broker, ServerParts parts, ILoggerFactory loggers)
    {
        _reservation = reservation;
        _broker = broker;
        _parts = parts;
        _logger = loggers.CreateLogger("Headrace.Broker.Server");
    }

    public Gate Gate => _parts.Gate;

    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await _switching.WaitAsync(cancellation);
        try
        {
            if (_listener is null)
            {
                _listener = Listen();
                _accepting = AcceptAsync(_listener);
            }
        }
        finally
        {
            _switching.Release();
        }
    }

    /// <summary>Closes every connection and refuses new ones.</summary>
    public async Task StopAsync()
    {
        await _switching.WaitAsync();
        try
        {
            if (_listener is not { } listener)
            {
                return;
            }

            listener.Dispose();
            await _accepting;
            foreach (var connection in _connections.Keys)
            {
                connection.Abort();
            }

            await Task.WhenAll(_connections.Values);
            _listener = null;
        }
        finally
        {
            _switching.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _reservation.Dispose();
        _switching.Dispose();
    }

    private Socket Listen()
    {
        Socket? socket = null;
        try
        {
            socket = PortReservation.Bind(_reservation.Endpoint);
            socket.Listen(MostUnaccepted);
            return socket;
        }
        catch (SocketException fault)
        {
            socket?.Dispose();
            throw fault.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? new IOException($"The development broker cannot listen at {_reservation.Endpoint}: another process does.", fault)
                : new IOException($"The development broker cannot listen at {_reservation.Endpoint}: {fault.Message}", fault);
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (await NextAsync(listener) is { } connection)
        {
            var listed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections[connection] = ServeAsync(connection, listed.Task);
            listed.SetResult();
        }
    }

    // Null: it listens no more.
    private static async Task<SocketConnection?> NextAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                return new SocketConnection(await listener.AcceptAsync());
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.OperationAborted)
            {
                return null;
            }
            catch (SocketException)
            {
                // A client that gave up before it was let in.
            }
        }
    }

    private async Task ServeAsync(SocketConnection connection, Task listed)
    {
        // Leaves the accept loop at once: a connection's first requests may be handled synchronously.
        await listed;
        _broker.Metrics.Connected(1);
        try
        {
            var id = Interlocked.Increment(ref _lastConnection).ToString(CultureInfo.InvariantCulture);
            var client = new ClientConnection(id, $"/{connection.RemoteAddress}", connection.Closed);
            using var loop = new FrameLoop(connection, client, _broker, _parts, _logger);
            await loop.RunAsync();
            await connection.DisposeAsync();
        }
        catch (Exception fault)
        {
            _logger.LogError(fault, "A connection could not be closed cleanly.");
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            _broker.Metrics.Connected(-1);
        }
    }
}
