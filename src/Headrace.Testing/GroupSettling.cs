using Headrace.Hosting;

namespace Headrace.Testing;

/// <summary>Waits until one group has settled everything it reads.</summary>
internal sealed class GroupSettling
{
    // Below it a due time is the next turn's.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly KafkaCluster _cluster;
    private readonly RunningGroup _group;
    private readonly TestTime _time;

    public GroupSettling(KafkaCluster cluster, string group, TestTime time)
    {
        (_cluster, _time) = (cluster, time);
        _group = cluster.Groups.FirstOrDefault(candidate => candidate.Name == group) ?? throw new ArgumentException(
            $"The application has no group '{group}'. It has: {string.Join(", ", cluster.Groups.Select(candidate => candidate.Name))}.", nameof(group));
    }

    public Task WaitAsync(bool skipDelays, TimeSpan deadline) => Patience.UntilAsync(
        () => IsSettledAsync(skipDelays),
        deadline,
        async () => $"Group '{_group.Name}' has not settled everything. {await Seen.DescribeAsync(_cluster)}");

    // What is settled is looked at before what there is: a record that moves on to a retry topic meanwhile is seen there.
    private async Task<bool> IsSettledAsync(bool skipDelays)
    {
        if (_group.Snapshot() is not { State: ConsumerState.Running } snapshot)
        {
            return false;
        }

        var settled = Seen.PartitionsOf(snapshot);
        var topics = await _cluster.Admin.ListTopicsAsync(CancellationToken.None);
        var ends = await _cluster.Admin.EndOffsetsAsync(Seen.TopicsOf(_group, topics.Keys), CancellationToken.None);
        if (ends.All(end => end.Value == 0 || (settled.TryGetValue(end.Key, out var one) && one.Watermark >= end.Value)))
        {
            return true;
        }

        if (skipDelays && snapshot.InFlight == 0)
        {
            Skip(snapshot);
        }

        return false;
    }

    private void Skip(ConsumerSnapshot snapshot)
    {
        var now = _time.GetUtcNow();
        var waits = Seen.DueOf(snapshot).Select(due => due - now).Concat(snapshot.UntilNextTry is { } next ? [next] : []).ToList();
        if (waits.Count > 0 && waits.Min() is var first && first > Least)
        {
            _time.Advance(first);
        }
    }
}
