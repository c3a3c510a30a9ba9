using Microsoft.Extensions.Hosting;

namespace Headrace.Hosting;

/// <summary>Answers before the application's other services start, and until after they have stopped.</summary>
internal sealed class DevSchemaRegistryLifetime(DevSchemaRegistryOptions options, Action<string> announce) : IHostedLifecycleService, IAsyncDisposable
{
    private DevSchemaRegistry? _registry;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        _registry = await DevSchemaRegistry.StartAsync(options, cancellationToken);
        announce(_registry.Url);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _registry, null) is { } registry)
        {
            await registry.DisposeAsync();
        }
    }
}
