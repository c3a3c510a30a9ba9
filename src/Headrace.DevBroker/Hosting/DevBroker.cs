using System.Diagnostics.Metrics;
using System.Globalization;
using Headrace.Broker.Control;
using Headrace.Broker.Diagnostics;
using Headrace.Broker.Faults;
using Headrace.Broker.Hosting;
using Headrace.Broker.Groups;
using Headrace.Broker.Requests;
using Headrace.Broker.Server;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace;

/// <summary>
/// A broker that speaks the Kafka protocol, for development and tests: one node, without access control. Any Kafka client can use it.
/// What it holds is gone when it is disposed, unless <see cref="DevBrokerOptions.DataFolder"/> keeps it.
/// </summary>
public sealed class DevBroker : IAsyncDisposable
{
    private readonly BrokerListener _listener;
    private readonly BrokerState _state;
    private readonly BrokerData _data;
    private readonly CancellationTokenSource _ending = new();
    private readonly DevBrokerOptions _options;
    private readonly ILoggerFactory _loggers;
    private ControlServer? _control;
    private bool _isEnding;

    private DevBroker(BrokerListener listener, BrokerState state, BrokerData data, DevBrokerFaults faults, DevBrokerOptions options, ILoggerFactory loggers)
    {
        _data = data;
        _options = options;
        _loggers = loggers;
        _listener = listener;
        _state = state;
        Faults = faults;
        Faults.Outage = TakeBreakAsync;
        BootstrapServers = string.Create(CultureInfo.InvariantCulture, $"{state.AdvertisedHost}:{state.AdvertisedPort}");
    }

    /// <summary>What clients set as <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers { get; }

    /// <summary>Where the faults can be reached over HTTP; null without <see cref="DevBrokerOptions.ControlPort"/>.</summary>
    public Uri? ControlAddress => _control?.Address;

    /// <summary>Makes the broker fail on purpose.</summary>
    public DevBrokerFaults Faults { get; }

    /// <summary>The TCP port. It stays reserved until the broker is disposed.</summary>
    public int Port => _state.AdvertisedPort;

    /// <summary>Starts a broker. When this returns, clients can connect.</summary>
    /// <exception cref="ArgumentException">An option is not valid; the message names all that are not.</exception>
    /// <exception cref="IOException">The port is taken, or another broker has the data folder.</exception>
    public static async Task<DevBroker> StartAsync(DevBrokerOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new DevBrokerOptions();
        var broker = Create(options, Reserve(options), options.Loggers ?? NullLoggerFactory.Instance);
        try
        {
            await broker.OpenAsync(cancellation);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes all connections and refuses new ones, on the same port, until <see cref="StartListeningAsync(CancellationToken)"/>. Data are kept.</summary>
    public Task StopListeningAsync() => _listener.StopAsync();

    /// <summary>Lets clients in again after <see cref="StopListeningAsync"/>.</summary>
    public Task StartListeningAsync(CancellationToken cancellation = default) => _listener.StartAsync(cancellation);

    /// <summary>
    /// Until the result is disposed, connections are accepted and requests are read, but none is handled or answered: to a client the broker seems to hang.
    /// Afterwards the requests that came meanwhile are handled and answered, late.
    /// </summary>
    public IDisposable BlackHole() => _listener.Gate.Close();

    /// <summary>Closes all connections and files, and gives the port and the data folder free.</summary>
    public ValueTask DisposeAsync() => EndAsync(tornBytes: null);

    /// <summary>
    /// Ends the broker as a loss of power does: nothing is closed in order, and so many bytes of the end of every partition's log are gone, in the middle of a batch
    /// perhaps. What a broker finds that is started in the same <see cref="DevBrokerOptions.DataFolder"/> afterwards is what recovery made of it.
    /// </summary>
    public ValueTask CrashAsync(int tornBytes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tornBytes);
        return EndAsync(tornBytes);
    }

    private async ValueTask EndAsync(int? tornBytes)
    {
        if (Interlocked.Exchange(ref _isEnding, true))
        {
            return;
        }

        await _ending.CancelAsync();
        await Faults.EndAsync();
        if (_control is { } control)
        {
            await control.DisposeAsync();
        }

        await _listener.DisposeAsync();
        if (tornBytes is { } torn)
        {
            await _data.CrashAsync(torn);
        }
        else
        {
            await _data.DisposeAsync();
        }

        _state.Metrics.Dispose();
        _ending.Dispose();
    }

    private static BrokerData OpenData(DevBrokerOptions options, PortReservation reservation, ILoggerFactory loggers)
    {
        try
        {
            return new BrokerData(options, reservation.Endpoint.ToString(), loggers);
        }
        catch
        {
            reservation.Dispose();
            throw;
        }
    }

    /// <summary>Lets clients in for the first time.</summary>
    internal async Task OpenAsync(CancellationToken cancellation)
    {
        if (_options.ControlPort is { } port)
        {
            _control = await ControlServer.StartAsync(port, Faults, _loggers, cancellation);
        }

        await StartListeningAsync(cancellation);
    }

    /// <summary>Takes the port, so that it is known before the broker is made.</summary>
    internal static PortReservation Reserve(DevBrokerOptions options) => new(OptionCheck.Validate(options), options.Port);

    /// <summary>A broker that lets nobody in yet.</summary>
    internal static DevBroker Create(DevBrokerOptions options, PortReservation reservation, ILoggerFactory loggers)
    {
        var data = OpenData(options, reservation, loggers);
        var state = new BrokerState
        {
            ClusterId = data.ClusterId,
            LogDir = data.LogDir,
            AdvertisedHost = options.Host,
            AdvertisedPort = reservation.Endpoint.Port,
            Time = options.Time,
            Metrics = new BrokerMetrics(reservation.Endpoint.Port),
            Topics = data.Topics,
            Groups = data.Groups,
            Transactions = data.Transactions,
        };
        state.Metrics.Observe("headrace.broker.groups", "{group}", "Groups by state.", () => CountByState(state.Groups));
        var faultLogger = loggers.CreateLogger("Headrace.Broker.Faults");
        var faults = new DevBrokerFaults(state, faultLogger);
        var parts = new ServerParts(new RequestTable(), new FaultInjection(faults, faultLogger), new Gate(), options.EndFetchWaitsEarly);
        var broker = new DevBroker(new BrokerListener(reservation, state, parts, loggers), state, data, faults, options, loggers);
        loggers.CreateLogger("Headrace.Broker").LogInformation(
            "This is a development broker at {BootstrapServers}: {Place}, one node, no access control. It is not for production; use Apache Kafka there.",
            broker.BootstrapServers,
            data.Place);
        return broker;
    }

    private static IEnumerable<Measurement<long>> CountByState(GroupCoordinator groups) => groups.List()
        .CountBy(group => group.State)
        .Select(state => new Measurement<long>(state.Value, new KeyValuePair<string, object?>("state", state.Key.ToString())));

    // Begins on the connection of the request that was hit, which it must not wait for.
    private async Task TakeBreakAsync(TimeSpan downFor)
    {
        await Task.Yield();
        await StopListeningAsync();
        try
        {
            await Task.Delay(downFor, _state.Time, _ending.Token);
            await StartListeningAsync(_ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The broker ends meanwhile.
        }
    }
}
