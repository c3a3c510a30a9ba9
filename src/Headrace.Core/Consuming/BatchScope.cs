namespace Headrace;

/// <summary>Which records may be handled together in a batch. Order holds whichever it is: records that have an order among themselves are never in two batches at once.</summary>
public enum BatchScope
{
    /// <summary>Whatever a worker can take: records of any keys and partitions. The fullest batches.</summary>
    Worker,

    /// <summary>Records of one partition.</summary>
    Partition,

    /// <summary>Records of one key; with <see cref="Ordering.ByPartition"/>, of one partition.</summary>
    Key,
}
