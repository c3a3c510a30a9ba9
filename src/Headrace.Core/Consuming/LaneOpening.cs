namespace Headrace.Consuming;

/// <summary>Finds the lane that a record belongs to, or opens it. Only the loop uses it.</summary>
internal sealed class LaneOpening(Ordering ordering, WorkerPool workers)
{
    private readonly Stack<Lane> _unused = new();

    /// <summary>The lane of a record: that of its key, of its partition, or one that has a few records without order.</summary>
    public Lane Of(AssignedPartition partition, Record record)
    {
        if (!IsOrdered(record))
        {
            var loose = partition.Loose;
            return loose is null || loose.Count >= workers.LooseChunk ? partition.Loose = Open(Unused(), partition, isKeyed: false, 0, default) : loose;
        }

        if (ordering == Ordering.ByPartition)
        {
            return partition.Lanes ?? Open(Unused(), partition, isKeyed: false, 0, default);
        }

        var hash = LaneTable.HashOf(record.Key);
        return partition.Table.Find(hash, record.Key) ?? Open(Unused(), partition, isKeyed: true, hash, record.Key);
    }

    /// <summary>Opens a lane for a record that no other lane has room for.</summary>
    public void Open(Lane lane, AssignedPartition partition, Record record)
    {
        var isKeyed = ordering == Ordering.ByKey && IsOrdered(record);
        Open(lane, partition, isKeyed, isKeyed ? LaneTable.HashOf(record.Key) : 0, isKeyed ? record.Key : default);
    }

    /// <summary>The partition no longer has the lane. While the lane still has its first record: that is where a long key lies.</summary>
    public static void Close(Lane lane)
    {
        if (lane.IsKeyed)
        {
            lane.Partition.Table.Remove(lane);
        }

        lane.Partition.Unlink(lane);
    }

    /// <summary>A lane that was closed may be opened again.</summary>
    public void Reuse(Lane lane)
    {
        lane.State = LaneState.Open;
        _unused.Push(lane);
    }

    private bool IsOrdered(Record record) => ordering == Ordering.ByPartition || (ordering == Ordering.ByKey && record.HasKey);

    private Lane Unused() => _unused.TryPop(out var lane) ? lane : new();

    private static Lane Open(Lane lane, AssignedPartition partition, bool isKeyed, ulong hash, ReadOnlySpan<byte> key)
    {
        lane.Open(partition, isKeyed, hash, key);
        partition.Link(lane);
        if (isKeyed)
        {
            partition.Table.Add(lane);
        }

        return lane;
    }
}
