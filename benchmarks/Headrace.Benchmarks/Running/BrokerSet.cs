namespace Headrace.Benchmarks.Running;

/// <summary>The brokers of a run; each starts when it is first asked for.</summary>
internal sealed class BrokerSet(string? given) : IAsyncDisposable
{
    private DevBrokerProcess? _devBroker;
    private DevBrokerProcess? _devBrokerInFolder;
    private ApacheKafka? _apacheKafka;

    /// <summary>The broker's address; <see langword="null"/> where there is none.</summary>
    public async Task<string?> AddressOfAsync(Target target, CancellationToken cancellation)
    {
        if (target is Target.Chosen or Target.ApacheKafka && given is not null)
        {
            return given;
        }

        return target switch
        {
            Target.ApacheKafka => (_apacheKafka ??= await ApacheKafka.StartAsync(cancellation))?.Address,
            Target.DevBrokerInFolder => (_devBrokerInFolder ??= await DevBrokerProcess.StartAsync(inFolder: true, cancellation)).Address,
            _ => (_devBroker ??= await DevBrokerProcess.StartAsync(inFolder: false, cancellation)).Address,
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_devBroker is not null)
        {
            await _devBroker.DisposeAsync();
        }

        if (_devBrokerInFolder is not null)
        {
            await _devBrokerInFolder.DisposeAsync();
        }

        if (_apacheKafka is not null)
        {
            await _apacheKafka.DisposeAsync();
        }
    }
}
