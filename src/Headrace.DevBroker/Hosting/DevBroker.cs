using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Headrace.Broker.Control;
using Headrace.Broker.Diagnostics;
using Headrace.Broker.Faults;
using Headrace.Broker.Groups;
using Headrace.Broker.Requests;
using Headrace.Broker.Server;
using Headrace.Broker.Topics;
using Headrace.Broker.Transactions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace;

/// <summary>
/// A broker that speaks the Kafka protocol, for development and tests: one node, in memory, without access control. Any Kafka client can use it.
/// What it holds is gone when it is disposed.
/// </summary>
public sealed class DevBroker : IAsyncDisposable
{
    private readonly BrokerListener _listener;
    private readonly BrokerState _state;
    private readonly CancellationTokenSource _ending = new();
    private readonly DevBrokerOptions _options;
    private readonly ILoggerFactory _loggers;
    private ControlServer? _control;
    private bool _isEnding;

    private DevBroker(BrokerListener listener, BrokerState state, DevBrokerFaults faults, DevBrokerOptions options, ILoggerFactory loggers)
    {
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
    /// <exception cref="IOException">The port is taken.</exception>
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

    /// <summary>Closes all connections and gives the port free.</summary>
    public async ValueTask DisposeAsync()
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
        _state.Transactions.Dispose();
        _state.Groups.Dispose();
        _state.Metrics.Dispose();
        _ending.Dispose();
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
    internal static PortReservation Reserve(DevBrokerOptions options) => new(Validate(options), options.Port);

    /// <summary>A broker that lets nobody in yet.</summary>
    internal static DevBroker Create(DevBrokerOptions options, PortReservation reservation, ILoggerFactory loggers)
    {
        var topics = new TopicCatalogue(options.DefaultPartitions, options.AutoCreateTopics, options.Time);
        var settings = new GroupSettings { InitialRebalanceDelay = options.InitialRebalanceDelay, EvictOnDisconnect = options.EvictOnDisconnect };
        var groups = new GroupCoordinator(settings, topics, options.Time, loggers.CreateLogger("Headrace.Broker.Groups"));
        var state = new BrokerState
        {
            ClusterId = Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
            AdvertisedHost = options.Host,
            AdvertisedPort = reservation.Endpoint.Port,
            Time = options.Time,
            Metrics = new BrokerMetrics(reservation.Endpoint.Port),
            Topics = topics,
            Groups = groups,
            Transactions = new TransactionCoordinator(
                new TransactionSettings(), topics, groups, options.Time, loggers.CreateLogger("Headrace.Broker.Transactions")),
        };
        state.Metrics.Observe("headrace.broker.groups", "{group}", "Groups by state.", () => CountByState(state.Groups));
        var faultLogger = loggers.CreateLogger("Headrace.Broker.Faults");
        var faults = new DevBrokerFaults(state, faultLogger);
        var parts = new ServerParts(new RequestTable(), new FaultInjection(faults, faultLogger), new Gate());
        var broker = new DevBroker(new BrokerListener(reservation, state, parts, loggers), state, faults, options, loggers);
        loggers.CreateLogger("Headrace.Broker").LogInformation(
            "This is a development broker at {BootstrapServers}: in memory, one node, no access control. It is not for production; use Apache Kafka there.",
            broker.BootstrapServers);
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

    private static IPAddress Validate(DevBrokerOptions options)
    {
        var faults = new List<string>();
        if (!IPAddress.TryParse(options.Host, out var address))
        {
            faults.Add($"Host is '{options.Host}', which is not an IP address. Use 127.0.0.1.");
        }
        else if (!IPAddress.IsLoopback(address) && !options.AllowRemoteConnections)
        {
            faults.Add($"Host is '{options.Host}', which other machines can reach, and the broker has no access control. Use 127.0.0.1, or set AllowRemoteConnections.");
        }

        if (options.Port is < 0 or > 65535)
        {
            faults.Add($"Port is {options.Port}. Use 0 (a free one is chosen) to 65535.");
        }

        if (options.ControlPort is < 0 or > 65535)
        {
            faults.Add($"ControlPort is {options.ControlPort}. Use 0 (a free one is chosen) to 65535, or null for none.");
        }

        if (options.DefaultPartitions is < 1 or > TopicCatalogue.MaxPartitions)
        {
            faults.Add($"DefaultPartitions is {options.DefaultPartitions}. Use 1 to {TopicCatalogue.MaxPartitions}.");
        }

        if (options.InitialRebalanceDelay < TimeSpan.Zero)
        {
            faults.Add($"InitialRebalanceDelay is {options.InitialRebalanceDelay}. Use zero or more.");
        }

        return faults.Count == 0
            ? address!
            : throw new ArgumentException("The development broker cannot start. " + string.Join(" ", faults), nameof(options));
    }
}
