using Microsoft.Extensions.Hosting;

namespace Headrace.Broker.Hosting;

/// <summary>Lets clients in before the application's other services start, and closes after they have stopped.</summary>
internal sealed class DevBrokerLifetime(DevBroker broker) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => broker.OpenAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => broker.StopListeningAsync();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
