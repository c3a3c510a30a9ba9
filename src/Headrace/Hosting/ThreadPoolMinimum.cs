using Microsoft.Extensions.Logging;

namespace Headrace.Hosting;

/// <summary>
/// Handlers start on threads of their own, but what follows an await runs on the thread pool, which adds threads above its minimum only now and then: handlers that block
/// after an await would hold up all others. So the minimum follows the workers of all groups, upwards.
/// </summary>
internal sealed class ThreadPoolMinimum(ILoggerFactory loggers)
{
    private const int Most = 1_000;
    private readonly ILogger _logger = loggers.CreateLogger(HostingLog.Consuming);
    private readonly Lock _gate = new();
    private volatile IReadOnlyList<KafkaCluster> _clusters = [];

    /// <summary>From now on there is a thread at once for every worker, up to a thousand.</summary>
    public void Begin(IReadOnlyList<KafkaCluster> clusters)
    {
        _clusters = clusters;
        Follow();
    }

    /// <summary>The number of workers has changed.</summary>
    public void Follow()
    {
        var workers = _clusters.Where(static cluster => cluster.Settings.RaiseThreadPool).SelectMany(static cluster => cluster.Groups).Sum(static group => group.Consumer.Workers);
        var wanted = Math.Min(workers, Most);
        lock (_gate)
        {
            ThreadPool.GetMinThreads(out var before, out var completionPorts);
            if (wanted > before && ThreadPool.SetMinThreads(wanted, completionPorts))
            {
                HostingLog.ThreadPoolRaised(_logger, before, wanted);
            }
        }
    }
}
