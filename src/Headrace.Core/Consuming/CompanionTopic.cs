namespace Headrace.Consuming;

/// <summary>
/// A topic that is read along with another one: whoever has a partition of that has the one of the same number here too, for as long, and commits both under the group's id. Nobody
/// subscribes to it, so it needs no rebalance.
/// </summary>
/// <param name="Name">The topic's name.</param>
internal sealed record CompanionTopic(string Name)
{
    /// <summary>
    /// When a record may be begun, asked once by the loop; the partition is not drained any further before. Default: at once.
    /// </summary>
    public Func<Record, DateTimeOffset>? DueAt { get; init; }

    /// <summary>Whether the other topic's partition begins only when everything is read that was here when it was assigned.</summary>
    public bool IsReadFirst { get; init; }

    /// <summary>Told by the loop of a partition that is read anew, before its first record.</summary>
    public Action<int>? Opened { get; init; }

    /// <summary>
    /// Told by the loop of every record that arrives, in order, before it is handed out, and whether it was there when the partition was assigned. Of a topic that is read first nothing is
    /// handed out before all of those are told.
    /// </summary>
    public Action<Record, bool>? Arrived { get; init; }
}
