using Headrace.Broker.Topics;

namespace Headrace.Broker.Groups;

/// <summary>Divides the partitions of a consumer group among its members, on the broker's side.</summary>
internal static class TargetAssignor
{
    public const string Uniform = "uniform";
    public const string Range = "range";

    public static bool Knows(string name) => name is Uniform or Range;

    /// <summary>Sets the target of every member. Topics are those that somebody reads.</summary>
    public static void Assign(string name, IReadOnlyCollection<ConsumerMember> members, IReadOnlyCollection<Topic> topics)
    {
        // In an order that does not depend on who came first, and that a static member keeps over a restart.
        var ordered = members.OrderBy(member => member.InstanceId ?? member.Id, StringComparer.Ordinal).ToList();
        var targets = name == Range ? ByRange(ordered, topics) : Uniformly(ordered, topics);
        foreach (var (member, target) in ordered.Zip(targets))
        {
            member.Target = target;
        }
    }

    /// <summary>Neighbouring partitions of each topic together, the same numbers of several topics at the same member.</summary>
    private static List<HashSet<PartitionId>> ByRange(List<ConsumerMember> members, IReadOnlyCollection<Topic> topics)
    {
        var targets = members.ConvertAll(_ => new HashSet<PartitionId>());
        foreach (var topic in topics)
        {
            var readers = Enumerable.Range(0, members.Count).Where(i => members[i].Reads(topic.Name)).ToList();
            var (each, more) = Math.DivRem(topic.Partitions.Count, Math.Max(readers.Count, 1));
            var next = 0;
            for (var i = 0; i < readers.Count; i++)
            {
                for (var left = each + (i < more ? 1 : 0); left > 0; left--)
                {
                    targets[readers[i]].Add(new PartitionId(topic.Id, next++));
                }
            }
        }

        return targets;
    }

    /// <summary>As many for each as for the others, and as few moves as that takes.</summary>
    private static List<HashSet<PartitionId>> Uniformly(List<ConsumerMember> members, IReadOnlyCollection<Topic> topics)
    {
        var targets = members.ConvertAll(_ => new HashSet<PartitionId>());
        var readers = topics.ToDictionary(topic => topic.Id, topic => Enumerable.Range(0, members.Count).Where(i => members[i].Reads(topic.Name)).ToList());
        foreach (var topic in topics)
        {
            foreach (var partition in Enumerable.Range(0, topic.Partitions.Count).Select(index => new PartitionId(topic.Id, index)))
            {
                var keeper = readers[topic.Id].FindIndex(i => members[i].Target.Contains(partition));
                var owner = keeper >= 0 ? readers[topic.Id][keeper] : readers[topic.Id].MinBy(i => targets[i].Count);
                targets[owner].Add(partition);
            }
        }

        while (TryLevel(targets, readers))
        {
        }

        return targets;
    }

    // Moves one partition from a member to one that has at least two fewer. False: there is none to move.
    private static bool TryLevel(List<HashSet<PartitionId>> targets, Dictionary<Guid, List<int>> readers)
    {
        foreach (var from in targets.OrderByDescending(target => target.Count))
        {
            foreach (var partition in from)
            {
                var to = targets[readers[partition.TopicId].MinBy(i => targets[i].Count)];
                if (to.Count + 2 <= from.Count)
                {
                    from.Remove(partition);
                    to.Add(partition);
                    return true;
                }
            }
        }

        return false;
    }
}
