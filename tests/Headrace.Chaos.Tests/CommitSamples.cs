using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace Headrace.Chaos;

/// <summary>Asks again and again what the group has committed.</summary>
internal sealed class CommitSamples(string address, string group, string topic, int partitions)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentQueue<(long At, IReadOnlyDictionary<int, CommittedPartition> Committed)> _all = new();
    private volatile IReadOnlyDictionary<int, CommittedPartition> _last = new Dictionary<int, CommittedPartition>();

    /// <summary>By partition, as it was last heard.</summary>
    public IReadOnlyDictionary<int, CommittedPartition> Last => _last;

    /// <summary>By partition, as it was last heard before a time.</summary>
    public IReadOnlyDictionary<int, CommittedPartition> Before(long time) =>
        _all.LastOrDefault(one => one.At < time).Committed ?? new Dictionary<int, CommittedPartition>();

    public long Sum => _last.Values.Sum(one => one.Offset);

    /// <summary>Commits that moved back.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public async Task RunAsync(CancellationToken ending)
    {
        try
        {
            while (true)
            {
                await TakeAsync(ending);
                await Task.Delay(Interval, TimeProvider.System, ending);
            }
        }
        catch (OperationCanceledException)
        {
            // The run ends.
        }
    }

    private async Task TakeAsync(CancellationToken ending)
    {
        try
        {
            if (await OffsetFetch.AskAsync(address, group, topic, partitions, ending) is not { } now)
            {
                return;
            }

            foreach (var (partition, before) in _last.Where(one => now.GetValueOrDefault(one.Key).Offset < one.Value.Offset))
            {
                _faults.Enqueue($"the commit of partition {partition} moved back from {before.Offset} to {now.GetValueOrDefault(partition).Offset}");
            }

            _last = now;
            _all.Enqueue((Stopwatch.GetTimestamp(), now));
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // The broker is away.
        }
    }
}
