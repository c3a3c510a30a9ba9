using System.Collections.Concurrent;

namespace Headrace.Chaos;

/// <summary>Asks again and again what the group has committed.</summary>
internal sealed class CommitSamples(ClusterAdmin admin, string group)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentQueue<string> _faults = new();
    private volatile IReadOnlyDictionary<int, long> _last = new Dictionary<int, long>();

    /// <summary>By partition, as it was last heard.</summary>
    public IReadOnlyDictionary<int, long> Last => _last;

    public long Sum => _last.Values.Sum();

    /// <summary>Commits that moved back.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public async Task RunAsync(CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            await TakeAsync(ending);
            await Task.Delay(Interval, TimeProvider.System, ending).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task TakeAsync(CancellationToken ending)
    {
        try
        {
            var answer = await admin.CommittedOffsetsAsync(group, ending);
            var now = answer.ToDictionary(one => one.Key.Partition, one => one.Value);
            foreach (var (partition, before) in _last.Where(one => now.GetValueOrDefault(one.Key) < one.Value))
            {
                _faults.Enqueue($"the commit of partition {partition} moved back from {before} to {now.GetValueOrDefault(partition)}");
            }

            _last = now;
        }
        catch (Exception error) when (error is ClusterException or OperationCanceledException or TimeoutException)
        {
            // The broker is away, or the test ends.
        }
    }
}
