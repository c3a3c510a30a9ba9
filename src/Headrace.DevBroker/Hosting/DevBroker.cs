using System.Globalization;
using System.Net;
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

    private DevBroker(BrokerListener listener, BrokerState state)
    {
        _listener = listener;
        _state = state;
        BootstrapServers = string.Create(CultureInfo.InvariantCulture, $"{state.AdvertisedHost}:{state.AdvertisedPort}");
    }

    /// <summary>What clients set as <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers { get; }

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
            await broker.StartListeningAsync(cancellation);
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
        await _listener.DisposeAsync();
        _state.Transactions.Dispose();
        _state.Groups.Dispose();
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
            Topics = topics,
            Groups = groups,
            Transactions = new TransactionCoordinator(
                new TransactionSettings(), topics, groups, options.Time, loggers.CreateLogger("Headrace.Broker.Transactions")),
        };
        var broker = new DevBroker(new BrokerListener(reservation, state, new RequestTable(), loggers), state);
        loggers.CreateLogger("Headrace.Broker").LogInformation(
            "This is a development broker at {BootstrapServers}: in memory, one node, no access control. It is not for production; use Apache Kafka there.",
            broker.BootstrapServers);
        return broker;
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
