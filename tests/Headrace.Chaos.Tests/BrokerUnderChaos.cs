namespace Headrace.Chaos;

/// <summary>The Kafka that <c>HEADRACE_TEST_KAFKA</c> names, which stays up; otherwise a development broker in a folder, which is crashed and restarted.</summary>
internal sealed class BrokerUnderChaos : IAsyncDisposable
{
    private readonly string _folder;
    private DevBroker? _broker;

    private BrokerUnderChaos(string folder, string address, DevBroker? broker) => (_folder, Address, _broker) = (folder, address, broker);

    public string Address { get; }

    /// <summary>What can be made to fail; null on Apache Kafka.</summary>
    public DevBrokerFaults? Faults => _broker?.Faults;

    public static async Task<BrokerUnderChaos> StartAsync(string folder)
    {
        if (Environment.GetEnvironmentVariable("HEADRACE_TEST_KAFKA") is { Length: > 0 } given)
        {
            return new(folder, given, null);
        }

        var broker = await DevBroker.StartAsync(new() { DataFolder = folder });
        return new(folder, broker.BootstrapServers, broker);
    }

    /// <summary>Ends the development broker, in order or as a loss of power does, and starts it again after a while in the same folder and on the same port.</summary>
    public async Task RestartAsync(bool crash, TimeSpan after)
    {
        var port = _broker!.Port;
        await (crash ? _broker.CrashAsync() : _broker.DisposeAsync());
        await Task.Delay(after, TimeProvider.System, TestContext.Current.CancellationToken);
        _broker = await DevBroker.StartAsync(new() { DataFolder = _folder, Port = port });
    }

    public IDisposable BlackHole() => _broker!.BlackHole();

    public ValueTask DisposeAsync() => _broker?.DisposeAsync() ?? ValueTask.CompletedTask;
}
