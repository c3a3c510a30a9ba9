namespace Headrace;

/// <summary>Which records of a group are handled one at a time, in offset order.</summary>
public enum Ordering
{
    /// <summary>Records of one topic, partition and key. Records without a key have no order. The default.</summary>
    ByKey,

    /// <summary>Records of one partition.</summary>
    ByPartition,

    /// <summary>None: a free worker takes the next record.</summary>
    Unordered,
}
