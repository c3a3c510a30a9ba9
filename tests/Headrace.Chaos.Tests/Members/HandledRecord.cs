namespace Headrace.Chaos.Members;

/// <summary>A record of the test's load: the producer numbers the records of each key.</summary>
internal readonly record struct HandledRecord(string Key, long Sequence, int Partition, long Offset);
