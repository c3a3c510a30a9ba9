using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>
/// Notices that a topic was deleted and made again while its partitions are ours: the offsets are the same, the records are not, and neither the client nor the
/// broker says so. The look-up waits for a broker, so it runs on a thread of its own. Only the loop uses the rest.
/// </summary>
internal sealed class TopicIdentities
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConsumerHandle _client;
    private readonly TimeProvider _time;
    private Task<IReadOnlyList<TopicIdentity>>? _lookUp;
    private long _lookedUp;

    public TopicIdentities(ConsumerHandle client, TimeProvider time) => (_client, _time, _lookedUp) = (client, time, time.GetTimestamp());

    /// <summary>Looks up when it is time, and says which partitions are of a topic that is no more.</summary>
    public IReadOnlyList<AssignedPartition> Tick(IEnumerable<AssignedPartition> partitions, Action wake)
    {
        if (_lookUp is { IsCompleted: true })
        {
            var identities = _lookUp.IsCompletedSuccessfully ? _lookUp.Result : [];
            (_lookUp, _lookedUp) = (null, _time.GetTimestamp());
            return identities.Count == 0 ? [] : Compare(partitions, identities.ToDictionary(static identity => identity.Name, StringComparer.Ordinal));
        }

        if (_lookUp is null && _time.GetElapsedTime(_lookedUp) >= Pause)
        {
            _lookedUp = _time.GetTimestamp();
            string[] topics = [.. partitions.Where(static partition => partition.TopicId != Guid.Empty).Select(static partition => partition.Topic).Distinct()];
            if (topics.Length > 0)
            {
                _lookUp = Task.Factory.StartNew(() => LookUp(topics, wake), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }

        return [];
    }

    private static List<AssignedPartition> Compare(IEnumerable<AssignedPartition> partitions, Dictionary<string, TopicIdentity> identities)
    {
        var gone = new List<AssignedPartition>();
        foreach (var partition in partitions)
        {
            if (partition.TopicId == Guid.Empty || !identities.TryGetValue(partition.Topic, out var now))
            {
                continue;
            }

            // While it is not there, it may be made again at any moment, and what is committed would be about the new one.
            partition.IsTopicGone = now.Error == ErrorCode.UnknownTopicOrPartition;
            if (now.Error == ErrorCode.None && now.Id != Guid.Empty && now.Id != partition.TopicId)
            {
                gone.Add(partition);
            }
        }

        return gone;
    }

    private IReadOnlyList<TopicIdentity> LookUp(string[] topics, Action wake)
    {
        try
        {
            return _client.ReadTopicIds(topics, Patience, out var identities).IsNone ? identities : [];
        }
        finally
        {
            wake();
        }
    }
}
