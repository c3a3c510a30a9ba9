namespace Headrace.Benchmarks.Running;

/// <summary>The brokers of a run; each starts when it is first asked for.</summary>
internal sealed class BrokerSet(string? given) : IAsyncDisposable
{
    private DevBrokerProcess? _devBroker;
    private ApacheKafka? _apacheKafka;

    /// <summary>The broker's address; <see langword="null"/> where there is none.</summary>
    public async Task<string?> AddressOfAsync(Target target, CancellationToken cancellation)
    {
        if (target != Target.DevBroker && given is not null)
        {
            return given;
        }

        return target == Target.ApacheKafka
            ? (_apacheKafka ??= await ApacheKafka.StartAsync(cancellation))?.Address
            : (_devBroker ??= await DevBrokerProcess.StartAsync(cancellation)).Address;
    }

    public async ValueTask DisposeAsync()
    {
        if (_devBroker is not null)
        {
            await _devBroker.DisposeAsync();
        }

        if (_apacheKafka is not null)
        {
            await _apacheKafka.DisposeAsync();
        }
    }
}
