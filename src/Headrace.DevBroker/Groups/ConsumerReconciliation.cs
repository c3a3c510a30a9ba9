using Headrace.Broker.Topics;

namespace Headrace.Broker.Groups;

/// <summary>
/// Brings one member after the other from what it has to what it shall have. A partition goes to its next owner only after the one before has said that it is given back, so
/// two never have it. Called under the coordinator's lock only.
/// </summary>
internal sealed class ConsumerReconciliation
{
    private readonly Dictionary<PartitionId, ConsumerMember> _owners = [];

    /// <summary>Takes the member as far towards its target as the others allow.</summary>
    /// <param name="member">Who has just reported.</param>
    /// <param name="owned">What it says it still reads; null if it does not say.</param>
    /// <param name="epoch">Of the targets.</param>
    public void Advance(ConsumerMember member, IReadOnlySet<PartitionId>? owned, int epoch)
    {
        if (member.HasReached(epoch) || (member.Revoking.Count > 0 && StillReads(member.Revoking, owned)))
        {
            return;
        }

        Release(member.Revoking, member);
        member.Revoking = [];
        HashSet<PartitionId> kept = [.. member.Assigned.Intersect(member.Target)], revoked = [.. member.Assigned.Except(member.Target)];
        member.Assigned = kept;
        if (revoked.Count > 0 && StillReads(revoked, owned))
        {
            member.Revoking = revoked;
            member.Revocation?.Set(member.RebalanceTimeout);
            return;
        }

        Release(revoked, member);
        foreach (var partition in member.Target.Where(partition => _owners.TryAdd(partition, member) || _owners[partition] == member))
        {
            kept.Add(partition);
        }

        member.AwaitsOthers = kept.Count < member.Target.Count;
        member.Revocation?.Clear();
        if (member.Epoch != epoch)
        {
            (member.FormerEpoch, member.Epoch) = (member.Epoch, epoch);
        }
    }

    /// <summary>All that it has is free.</summary>
    public void Release(ConsumerMember member)
    {
        Release(member.Assigned, member);
        Release(member.Revoking, member);
        member.Assigned = [];
        member.Revoking = [];
    }

    /// <summary>The seat of a static member has another occupant.</summary>
    public void Replace(ConsumerMember old, ConsumerMember renewed)
    {
        Release(old.Revoking, old);
        foreach (var partition in renewed.Assigned)
        {
            _owners[partition] = renewed;
        }
    }

    private static bool StillReads(HashSet<PartitionId> partitions, IReadOnlySet<PartitionId>? owned) => owned is null || partitions.Overlaps(owned);

    private void Release(IEnumerable<PartitionId> partitions, ConsumerMember from)
    {
        foreach (var partition in partitions)
        {
            if (_owners.GetValueOrDefault(partition) == from)
            {
                _owners.Remove(partition);
            }
        }
    }
}
