using Headrace.Clients;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Hosting;

/// <summary>
/// Everything between the host and the clusters: validates before anything starts, consumes once everything has started, stops fetching before
/// anything stops, drains to the host's deadline, and flushes last.
/// </summary>
internal sealed class HeadraceService : IHostedLifecycleService
{
    private readonly HeadraceRegistrations _registrations;
    private readonly IReadOnlyList<KafkaCluster> _clusters;
    private readonly IConfiguration _configuration;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly List<LiveSettings> _reloads = [];
    private readonly ThreadPoolMinimum _threadPool;

    public HeadraceService(HeadraceRegistrations registrations, IServiceProvider services, IConfiguration configuration, ILoggerFactory loggers)
    {
        _threadPool = services.GetRequiredService<ThreadPoolMinimum>();
        (_registrations, _configuration, _loggers) = (registrations, configuration, loggers);
        _clusters = [.. registrations.Clusters.Select(cluster => services.GetRequiredKeyedService<KafkaCluster>(cluster.Name))];
        _logger = loggers.CreateLogger(HostingLog.Consuming);
    }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        foreach (var cluster in _clusters)
        {
            cluster.Validate(_registrations, faults);
            await cluster.StartFormatsAsync(faults, cancellationToken);
        }

        faults.AddRange(ProducerFaults.Unnamed(_registrations));
        if (faults.Count > 0)
        {
            throw new HeadraceConfigurationException(faults);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _threadPool.Begin(_clusters);
        foreach (var cluster in _clusters)
        {
            Describe(cluster);
            cluster.Loop.Start();
            cluster.Watch.Start();
            _reloads.Add(new(cluster, _configuration));
        }

        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        foreach (var reload in _reloads)
        {
            reload.Dispose();
        }

        foreach (var cluster in _clusters)
        {
            await cluster.Watch.StopAsync();
            await cluster.Loop.StopAsync();
            foreach (var group in cluster.Groups)
            {
                group.StopFetching();
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_clusters.SelectMany(cluster => cluster.Groups).Select(group => StopAsync(group, cancellationToken)));

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        foreach (var cluster in _clusters)
        {
            try
            {
                await cluster.Producer.FlushAsync(cancellationToken);
            }
            catch (Exception error)
            {
                HostingLog.FlushFailed(_loggers.CreateLogger(HostingLog.Producing), error.Message);
            }

            // Not left to the container: a broker inside the application stops after this, and its clients would report it as lost.
            await cluster.CloseProducersAsync();
        }
    }

    private async Task StopAsync(RunningGroup group, CancellationToken deadline)
    {
        try
        {
            await group.StopAsync(deadline);
        }
        catch (Exception error)
        {
            HostingLog.StopFailed(_logger, group.Name, error.Message);
        }
    }

    private void Describe(KafkaCluster cluster)
    {
        foreach (var group in cluster.Groups)
        {
            var topics = string.Join(", ", group.Model.Topics.Select(topic => topic.IsPattern ? $"the pattern {topic.Name}" : topic.Name));
            HostingLog.GroupMapped(_logger, group.Name, topics, group.Options.Workers, group.Options.Ordering, group.Options.StartAt.ToString());
        }

        if (cluster.ProducedTopics.Count > 0)
        {
            var partitioner = ClientSettings.For(ClientRole.Producer, cluster.Settings.Producer, cluster.Events).Effective("partitioner") ?? "(default)";
            HostingLog.ProducerMapped(_loggers.CreateLogger(HostingLog.Producing), string.Join(", ", cluster.ProducedTopics), partitioner);
        }
    }
}
