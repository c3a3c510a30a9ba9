using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Headrace.Hosting;

/// <summary>Follows changes of a cluster's section while the application runs: pausing and resuming a group takes effect at once, what else changed is named in the log.</summary>
internal sealed class PausedReload : IDisposable
{
    private readonly KafkaCluster _cluster;
    private readonly IConfigurationSection _section;
    private readonly ILogger _logger;
    private readonly IDisposable _registration;
    private Dictionary<string, string?> _last;

    public PausedReload(KafkaCluster cluster, IConfiguration configuration)
    {
        _cluster = cluster;
        _section = configuration.GetSection(ClusterConfiguration.SectionOf(cluster.Name));
        _logger = cluster.Loggers.CreateLogger(HostingLog.Consuming);
        _last = Read();
        _registration = ChangeToken.OnChange(configuration.GetReloadToken, Apply);
    }

    public void Dispose() => _registration.Dispose();

    private Dictionary<string, string?> Read() => new(_section.AsEnumerable(makePathsRelative: true), StringComparer.OrdinalIgnoreCase);

    private void Apply()
    {
        var (before, now) = (_last, Read());
        _last = now;
        var changed = before.Keys.Union(now.Keys, StringComparer.OrdinalIgnoreCase).Where(key => before.GetValueOrDefault(key) != now.GetValueOrDefault(key)).ToList();
        foreach (var group in _cluster.Groups)
        {
            var key = $"Groups:{group.Name}:Paused";
            if (changed.RemoveAll(candidate => candidate.Equals(key, StringComparison.OrdinalIgnoreCase)) > 0)
            {
                Apply(group, bool.TryParse(now.GetValueOrDefault(key), out var isPaused) && isPaused);
            }
        }

        if (changed.Count > 0)
        {
            HostingLog.ChangedAtRestart(_logger, _section.Path, string.Join(", ", changed));
        }
    }

    private static void Apply(RunningGroup group, bool isPaused)
    {
        if (isPaused)
        {
            group.Pause();
        }
        else
        {
            group.Resume();
        }
    }
}
