namespace Headrace.Broker.Groups;

/// <summary>What a group committed for one partition. Epoch (-1: unknown) and metadata are given back as they came.</summary>
internal readonly record struct CommittedOffset(long Offset, int LeaderEpoch, string Metadata);
