using System.Collections.Concurrent;

namespace Headrace.Hosting;

/// <summary>
/// Measures how far groups are behind by the broker's offsets, so for groups of other processes too: log end − committed. One measurement
/// serves everybody who asks within its freshness.
/// </summary>
internal sealed class LagWatch(KafkaCluster cluster)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    // A name comes from the application, but an HTTP route may pass it on.
    private const int MaxKept = 1_000;

    private readonly ConcurrentDictionary<string, (DateTimeOffset At, Task<IReadOnlyDictionary<(string Topic, int Partition), long>?> Lag)> _measured = new();

    /// <summary>The lag in records; <see langword="null"/> when none of the topics exists.</summary>
    public async Task<long?> OfAsync(string group, IReadOnlyCollection<string> topics, StartPosition start, CancellationToken cancellation) =>
        (await ByPartitionAsync(group, topics, start, cancellation))?.Values.Sum();

    /// <summary>The same for each partition.</summary>
    public Task<IReadOnlyDictionary<(string Topic, int Partition), long>?> ByPartitionAsync(
        string group, IReadOnlyCollection<string> topics, StartPosition start, CancellationToken cancellation)
    {
        var now = cluster.Time.GetUtcNow();
        var name = $"{group}\n{string.Join('\n', topics)}";
        if (_measured.TryGetValue(name, out var last) && !last.Lag.IsFaulted && now - last.At < Freshness)
        {
            return last.Lag.WaitAsync(cancellation);
        }

        if (_measured.Count > MaxKept)
        {
            _measured.Clear();
        }

        var lag = MeasureAsync(group, topics, start);
        _measured[name] = (now, lag);
        return lag.WaitAsync(cancellation);
    }

    private async Task<IReadOnlyDictionary<(string Topic, int Partition), long>?> MeasureAsync(string group, IReadOnlyCollection<string> topics, StartPosition start)
    {
        var ends = await cluster.Admin.EndOffsetsAsync(topics, CancellationToken.None);
        if (ends.Count == 0)
        {
            return null;
        }

        var committed = await cluster.Admin.CommittedOffsetsAsync(group, ends.Keys, CancellationToken.None);
        var isFromStart = start == StartPosition.Earliest && ends.Keys.Any(partition => !committed.ContainsKey(partition));
        var starts = isFromStart ? await cluster.Admin.StartOffsetsAsync(topics, CancellationToken.None) : ends;
        return ends.ToDictionary(
            static end => end.Key, end => Math.Max(0, end.Value - committed.GetValueOrDefault(end.Key, starts.GetValueOrDefault(end.Key, end.Value))));
    }
}
