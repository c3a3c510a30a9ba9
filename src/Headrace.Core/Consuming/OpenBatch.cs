namespace Headrace.Consuming;

/// <summary>Lanes whose records gather for a batch. Only the loop uses it.</summary>
internal sealed class OpenBatch
{
    private readonly List<Lane> _lanes = [];

    public OpenBatch(object key, BatchRule rule, long due) => (Key, Rule, Due) = (key, rule, due);

    /// <summary>What its records have in common: the rule, the partition, or the lane.</summary>
    public object Key { get; }

    public BatchRule Rule { get; }

    /// <summary>When it waits no longer, as a timestamp of the clock.</summary>
    public long Due { get; }

    /// <summary>Its records were taken; whatever still refers to it ignores it.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>It is in the list of those to be closed in this turn.</summary>
    public bool IsReady { get; set; }

    public int Count { get; private set; }

    public bool IsFull => Count >= Rule.Size;

    public void Add(Lane lane)
    {
        (lane.State, lane.Gathering) = (LaneState.Gathering, this);
        _lanes.Add(lane);
        Grow(lane, lane.Count);
    }

    /// <summary>Records were added to one of its lanes.</summary>
    public void Grow(Lane lane, int records)
    {
        Count += records;
        lane.Partition.Gathered += records;
    }

    /// <summary>The lane leaves with all its records.</summary>
    public void Remove(Lane lane)
    {
        _lanes.Remove(lane);
        Leave(lane);
    }

    /// <summary>Gives the lanes out, in the order in which they came.</summary>
    public IReadOnlyList<Lane> Close()
    {
        IsClosed = true;
        _lanes.ForEach(Leave);
        return _lanes;
    }

    private void Leave(Lane lane)
    {
        (lane.State, lane.Gathering) = (LaneState.Open, null);
        Grow(lane, -lane.Count);
    }
}
