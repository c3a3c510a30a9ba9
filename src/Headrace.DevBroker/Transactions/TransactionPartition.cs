namespace Headrace.Broker.Transactions;

/// <summary>A partition by its topic's id: a topic that is deleted and made again has no part in the transaction.</summary>
internal readonly record struct TransactionPartition(Guid TopicId, int Index);
