using Headrace.Broker.Storage;
using Headrace.Broker.Topics;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Hosting;

/// <summary>What a broker does without being asked: it brings data to the disk, and gives up what has been kept long enough.</summary>
internal sealed class Housekeeping : IAsyncDisposable
{
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(1);

    private readonly TopicCatalogue _topics;
    private readonly DataFolder? _folder;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _running;

    public Housekeeping(TopicCatalogue topics, DataFolder? folder, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        (_topics, _folder, _time, _logger) = (topics, folder, time, logger);
        var retaining = RepeatAsync(interval, Clean);
        _running = folder?.Flush == DiskFlush.Interval ? Task.WhenAll(retaining, RepeatAsync(FlushInterval, Flush)) : retaining;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
    }

    private async Task RepeatAsync(TimeSpan interval, Action work)
    {
        using var timer = new PeriodicTimer(interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                work();
            }
        }
        catch (OperationCanceledException)
        {
            // The broker ends.
        }
    }

    private void Clean()
    {
        foreach (var topic in _topics.All)
        {
            foreach (var partition in topic.Partitions)
            {
                Try(() => partition.Retain(topic.Settings.Retention), topic.Name);
                if (topic.Settings.Compaction is { } rules)
                {
                    Try(() => partition.Compact(rules), topic.Name);
                }
            }
        }
    }

    private void Flush()
    {
        foreach (var topic in _topics.All)
        {
            foreach (var partition in topic.Partitions)
            {
                Try(() => partition.Flush(), topic.Name);
            }
        }

        Try(_folder!.Journal.Flush, "the journal");
    }

    // One partition's fault must not keep the others from their turn.
    private void Try(Action work, string at)
    {
        try
        {
            work();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _logger.LogError(fault, "Housekeeping failed at {At}; it is tried again at the next turn.", at);
        }
    }
}
