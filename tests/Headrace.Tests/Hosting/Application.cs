using System.Collections.Concurrent;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Tests.Hosting;

/// <summary>A worker application on a broker, with topics and groups of its own, and waits that say what they saw.</summary>
internal sealed class Application : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(20);

    private readonly HostApplicationBuilder _builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
    private IHost? _host;

    public Application(string address)
    {
        _builder.Configuration["ConnectionStrings:kafka"] = address;
        _builder.Services.AddSingleton<ILoggerFactory>(Log);
        Headrace = _builder.AddHeadrace();
    }

    public HeadraceBuilder Headrace { get; }

    /// <summary>Adds another cluster; its address is a connection string of its name.</summary>
    public void AddCluster(string name) => _builder.AddHeadrace(name);

    public IConfigurationManager Configuration => _builder.Configuration;

    public IServiceCollection Services => _builder.Services;

    public Lines Log { get; } = new();

    public IHost Host => _host ??= _builder.Build();

    public HeadraceStatus Status => Host.Services.GetRequiredService<HeadraceStatus>();

    public ConcurrentQueue<object> Handled { get; } = new();

    public ITopicProducer<TMessage> Producer<TMessage>() => Host.Services.GetRequiredService<ITopicProducer<TMessage>>();

    public Task StartAsync() => Host.StartAsync(TestContext.Current.CancellationToken);

    public Task StopAsync() => Host.StopAsync(TestContext.Current.CancellationToken);

    public Task UntilHandledAsync(int count) => UntilAsync(() => Handled.Count >= count, () => $"{Handled.Count} of {count} handled");

    public Task UntilAsync(Func<GroupStatus, bool> reached, string group) =>
        UntilAsync(() => reached(Status.Groups().Single(status => status.Name == group)), () => "the group never got there");

    public async Task UntilAsync(Func<bool> reached, Func<string> seen)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        while (!reached())
        {
            if (deadline.IsCancellationRequested)
            {
                var groups = string.Join("; ", Status.Groups().Select(group => $"{group.Name} {group.State} handled {group.Handled}, lag {group.Lag}, error {group.LastError}"));
                Assert.Fail($"{seen()} after {Deadline.TotalSeconds:0} s. Connected: {Status.IsConnected} {Status.LastError}. {groups}");
            }

            await Task.Delay(Again, TimeProvider.System, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host)
        {
            await _host.StopAsync(CancellationToken.None);
            await host.DisposeAsync();
        }
    }
}
