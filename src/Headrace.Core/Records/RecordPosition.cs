namespace Headrace;

/// <summary>The place of a record: topic, partition and offset. Prints as <c>orders[3]@118</c>.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition's number, from 0.</param>
/// <param name="Offset">The record's offset in its partition, from 0.</param>
public readonly record struct RecordPosition(string Topic, int Partition, long Offset)
{
    /// <inheritdoc />
    public override string ToString() => $"{Topic}[{Partition}]@{Offset}";
}
