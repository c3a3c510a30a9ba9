namespace Headrace.Broker.Topics;

/// <summary>A partition by its topic's id: a topic that is deleted and made again has other partitions.</summary>
internal readonly record struct PartitionId(Guid TopicId, int Index);
