using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Headrace.Hosting;

/// <summary>Follows changes of a cluster's section while the application runs: whether a group is paused and how many workers it has take effect at once, what else changed is named in the log.</summary>
internal sealed class LiveSettings : IDisposable
{
    private readonly KafkaCluster _cluster;
    private readonly IConfigurationSection _section;
    private readonly ILogger _logger;
    private readonly IDisposable _registration;
    private Dictionary<string, string?> _last;

    public LiveSettings(KafkaCluster cluster, IConfiguration configuration)
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
            if (Take($"Groups:{group.Name}:Paused"))
            {
                Pause(group, bool.TryParse(now.GetValueOrDefault($"Groups:{group.Name}:Paused"), out var isPaused) && isPaused);
            }

            if (Take($"Groups:{group.Name}:Workers"))
            {
                Scale(group, now.GetValueOrDefault($"Groups:{group.Name}:Workers"));
            }
        }

        if (changed.Count > 0)
        {
            HostingLog.ChangedAtRestart(_logger, _section.Path, string.Join(", ", changed));
        }

        bool Take(string key) => changed.RemoveAll(candidate => candidate.Equals(key, StringComparison.OrdinalIgnoreCase)) > 0;
    }

    // No value leaves it to the code again; one that cannot be is refused aloud, and the group goes on as it is.
    private void Scale(RunningGroup group, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            group.Workers.Configure(null);
        }
        else if (int.TryParse(value, CultureInfo.InvariantCulture, out var count) && count > 0)
        {
            group.Workers.Configure(count);
        }
        else
        {
            HostingLog.WorkersRefused(_logger, $"{_section.Path}:Groups:{group.Name}:Workers", value, group.Consumer.Workers);
        }
    }

    private static void Pause(RunningGroup group, bool isPaused)
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
