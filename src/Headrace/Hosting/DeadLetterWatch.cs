using System.Diagnostics.Metrics;
using Headrace.Consuming;
using Headrace.Redriving;
using Microsoft.Extensions.Logging;

namespace Headrace.Hosting;

/// <summary>
/// Counts, once a second, what waits in the dead-letter topics of this process's groups: by the broker's offsets it sees whether there is anything to read at all, and reads on from where
/// it was. It never gives up: a failure is said once and tried again.
/// </summary>
internal sealed class DeadLetterWatch : IAsyncDisposable
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    private readonly KafkaCluster _cluster;
    private readonly Lazy<DeadLetterAlerts> _alerts;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, DeadLetterIndex> _indexes = [];
    private readonly Meter _meter = new("Headrace");

    // Written by the loop, read by whoever asks.
    private volatile IReadOnlyList<DeadLetterSummary> _summaries = [];
    private string? _failure;
    private Task _running = Task.CompletedTask;

    public DeadLetterWatch(KafkaCluster cluster, Func<IReadOnlyList<IDeadLetterNotifier>> notifiers)
    {
        (_cluster, _alerts) = (cluster, new(() => new(cluster, notifiers())));
        _logger = cluster.Loggers.CreateLogger(HostingLog.Failures);
        _meter.CreateObservableGauge("headrace.dead_letters", () => Measure(static letters => letters.Depth), "{record}", "Dead letters that were neither redriven nor discarded.");
        _meter.CreateObservableGauge("headrace.dead_letters.oldest_age", () => Measure(AgeOf), "s", "How long ago the oldest of them failed; 0 when there is none.");
    }

    /// <summary>What waits, by dead-letter topic; empty until it was counted.</summary>
    public IReadOnlyList<DeadLetterSummary> Summaries => _summaries;

    public void Start() => _running = Task.Run(RunAsync);

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _meter.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        await using var reader = new LogReader(_cluster.Settings.Admin);
        try
        {
            while (true)
            {
                await TakeTurnAsync(reader);
                await Task.Delay(Turn, _cluster.Time, _stopping.Token);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
    }

    private async Task TakeTurnAsync(LogReader reader)
    {
        try
        {
            await CountAsync(reader, _stopping.Token);
            _failure = null;
        }
        catch (Exception error) when (!_stopping.IsCancellationRequested)
        {
            if (_failure is null)
            {
                HostingLog.DeadLettersNotCounted(_logger, error.Message);
            }

            _failure = error.Message;
        }
    }

    private async Task CountAsync(LogReader reader, CancellationToken cancellation)
    {
        var owned = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in _cluster.Groups.Where(static group => group.IsStarted))
        {
            var own = group.Snapshot()?.Partitions ?? [];
            foreach (var origin in group.TopicsAmong(_cluster.Loop.Topics))
            {
                Add(origin, group);
                if (own.Any(partition => partition.Topic == origin && partition.Partition == 0))
                {
                    owned.Add(new DeadLetterTopic(origin, group.Name, 0).Name);
                }
            }
        }

        if (_indexes.Count == 0)
        {
            return;
        }

        var ends = await _cluster.Admin.EndOffsetsAsync([.. _indexes.Values.SelectMany(static index => index.Topics)], cancellation);
        foreach (var index in _indexes.Values)
        {
            await index.ReadAsync(_cluster.Admin, reader, ends, cancellation);
        }

        _summaries = [.. _indexes.Values.Select(static index => index.Summary())];
        foreach (var summary in _summaries.Where(summary => owned.Contains(summary.Topic)))
        {
            await _alerts.Value.TellAsync(_indexes[summary.Topic], summary, cancellation);
        }
    }

    private void Add(string origin, RunningGroup group)
    {
        var topic = new DeadLetterTopic(origin, group.Name, 0);
        if (!_indexes.ContainsKey(topic.Name))
        {
            _indexes[topic.Name] = new(topic);
        }
    }

    private double AgeOf(DeadLetterSummary letters) => letters.OldestAt is { } oldest ? Math.Max(0, (_cluster.Time.GetUtcNow() - oldest).TotalSeconds) : 0;

    private IEnumerable<Measurement<double>> Measure(Func<DeadLetterSummary, double> value) => Summaries.Select(letters => new Measurement<double>(
        value(letters),
        new("headrace.cluster", _cluster.Name),
        new("messaging.consumer.group.name", letters.Group),
        new KeyValuePair<string, object?>("messaging.destination.name", letters.Topic)));
}
