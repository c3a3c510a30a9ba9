namespace Headrace.Consuming;

/// <summary>Makes the object of a partition that is assigned, from where it starts and what is committed beside that. Only the loop uses it.</summary>
internal sealed class PartitionOpening
{
    private readonly ConsumerParts _parts;
    private readonly AbandonedHandlers _abandoned;

    public PartitionOpening(ConsumerParts parts, AbandonedHandlers abandoned) => (_parts, _abandoned) = (parts, abandoned);

    /// <param name="start">Where it starts.</param>
    /// <param name="companion">Of which companion topic it is; <see langword="null"/> for a partition that the group assigned.</param>
    /// <param name="origin">The topic that the group assigned.</param>
    public AssignedPartition Open(StartOffset start, CompanionTopic? companion, string origin)
    {
        var position = start.Position;
        var (tracker, committed) = start.IsCommitted ? Restore(start) : (new OffsetTracker(position.Offset), new CommitPoint(-1, default));
        return new(position.Topic, position.Partition, tracker, committed)
        {
            TopicId = start.TopicId,
            Earlier = _abandoned.Find(position),
            Companion = companion,
            Origin = origin,
            ReadsTo = start.LogEnd,
            IsCatchingUp = companion is { IsReadFirst: true },
            CommittedAt = _parts.Time.GetTimestamp(),
        };
    }

    private (OffsetTracker Tracker, CommitPoint Committed) Restore(StartOffset start)
    {
        var position = start.Position;
        var finished = FinishedOffsets.Restore(start, _parts.Options.TrustMapsWithoutEpoch, _parts.Status, out var ignored);
        if (ignored is not null)
        {
            _parts.Status.IgnoredMaps++;
            _parts.Log.MapIgnored(_parts.Options.GroupId, position.ToString(), ignored);
        }

        return (new(position.Offset, position.LeaderEpoch, finished), new(position.Offset, finished is null ? default : position.Metadata));
    }
}
