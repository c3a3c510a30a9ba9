using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Headrace.Broker.Requests;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Headrace.Broker.Server;

/// <summary>Lets clients in, and keeps track of those that are.</summary>
internal sealed class BrokerListener : IAsyncDisposable
{
    private readonly PortReservation _reservation;
    private readonly SocketTransportFactory _transport;
    private readonly ILogger _logger;
    private readonly BrokerState _broker;
    private readonly ServerParts _parts;
    private readonly ConcurrentDictionary<ConnectionContext, Task> _connections = new();
    private readonly SemaphoreSlim _switching = new(1, 1);
    private IConnectionListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private long _lastConnection;

    public BrokerListener(PortReservation reservation, BrokerState broker, ServerParts parts, ILoggerFactory loggers)
    {
        _reservation = reservation;
        _broker = broker;
        _parts = parts;
        _logger = loggers.CreateLogger("Headrace.Broker.Server");
        _transport = new SocketTransportFactory(Options.Create(TransportOptions()), loggers);
    }

    public Gate Gate => _parts.Gate;

    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await _switching.WaitAsync(cancellation);
        try
        {
            if (_listener is null)
            {
                _listener = await _transport.BindAsync(_reservation.Endpoint, cancellation);
                _accepting = AcceptAsync(_listener);
            }
        }
        catch (AddressInUseException fault)
        {
            throw new IOException($"The development broker cannot listen at {_reservation.Endpoint}: another process does.", fault);
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

            await listener.UnbindAsync();
            await _accepting;
            foreach (var connection in _connections.Keys)
            {
                connection.Abort(new ConnectionAbortedException("The broker stopped listening."));
            }

            await Task.WhenAll(_connections.Values);
            await listener.DisposeAsync();
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

    private static SocketTransportOptions TransportOptions() => new()
    {
        CreateBoundListenSocket = PortReservation.Bind,
        MaxWriteBufferSize = 1024 * 1024,

        // Handlers compute and never block, so that a request need not change threads twice on its way through the pipes.
        UnsafePreferInlineScheduling = true,
    };

    private async Task AcceptAsync(IConnectionListener listener)
    {
        while (await listener.AcceptAsync() is { } connection)
        {
            var listed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections[connection] = ServeAsync(connection, listed.Task);
            listed.SetResult();
        }
    }

    private async Task ServeAsync(ConnectionContext connection, Task listed)
    {
        // Leaves the accept loop at once: a connection's first requests may be handled synchronously.
        await listed;
        _broker.Metrics.Connected(1);
        try
        {
            var id = Interlocked.Increment(ref _lastConnection).ToString(CultureInfo.InvariantCulture);
            var client = new ClientConnection(id, $"/{(connection.RemoteEndPoint as IPEndPoint)?.Address}", connection.ConnectionClosed);
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
