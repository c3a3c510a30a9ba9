namespace Headrace.Consuming;

/// <summary>A part of a partition.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="From">The first offset.</param>
/// <param name="To">The offset after the last.</param>
internal readonly record struct LogPart(string Topic, int Partition, long From, long To)
{
    public bool IsEmpty => From >= To;
}
