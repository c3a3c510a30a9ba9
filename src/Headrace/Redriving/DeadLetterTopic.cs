using Headrace.Topology;

namespace Headrace.Redriving;

/// <summary>The dead-letter topic of one origin topic and group, with its partitions.</summary>
internal sealed record DeadLetterTopic(string Origin, string Group, int Partitions)
{
    private const string Suffix = ".dlt";

    public string Name => OwnTopics.DeadLetter(Origin, Group);

    public string Resolved => OwnTopics.Resolved(Origin, Group);

    public string Redrive => OwnTopics.Redrive(Origin, Group);

    /// <summary>The dead-letter topics that there are.</summary>
    /// <param name="topics">The cluster's topics with their partitions.</param>
    /// <param name="group">Of this group only.</param>
    public static IEnumerable<DeadLetterTopic> Among(IReadOnlyDictionary<string, int> topics, string? group = null) =>
        from topic in topics
        where topic.Key.EndsWith(Suffix, StringComparison.Ordinal) && OwnTopics.IsOwn(topic.Key)
        let parts = Split(topic.Key[..^Suffix.Length], topics, @group)
        where parts is not null
        orderby topic.Key
        select new DeadLetterTopic(parts.Value.Origin, parts.Value.Group, topic.Value);

    // Both names may have dots. Where several splits are possible, the longest origin that exists is it.
    private static (string Origin, string Group)? Split(string name, IReadOnlyDictionary<string, int> topics, string? group)
    {
        if (group is not null)
        {
            return name.EndsWith($".{group}", StringComparison.Ordinal) && name.Length > group.Length + 1 ? At(name.Length - group.Length - 1) : null;
        }

        var dots = Enumerable.Range(1, name.Length - 1).Where(index => name[index] == '.').OrderDescending().ToList();
        return dots.Select(At).FirstOrDefault(split => topics.ContainsKey(split!.Value.Origin)) ?? (dots.Count > 0 ? At(dots[0]) : null);

        (string Origin, string Group)? At(int dot) => (OriginOf(name[..dot], name[(dot + 1)..], topics), name[(dot + 1)..]);
    }

    // In the name of a dead-letter topic a hash may stand for the end of a long origin.
    private static string OriginOf(string written, string group, IReadOnlyDictionary<string, int> topics) => topics.ContainsKey(written)
        ? written
        : topics.Keys.FirstOrDefault(topic => topic.Length > written.Length && OwnTopics.DeadLetter(topic, group) == $"{written}.{group}{Suffix}") ?? written;
}
