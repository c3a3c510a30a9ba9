namespace Headrace.Broker.Groups;

/// <summary>The partition an offset belongs to.</summary>
internal readonly record struct OffsetKey(string Topic, int Partition);
