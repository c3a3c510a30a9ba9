using Headrace.Broker.Storage;
using Headrace.Broker.Topics;

namespace Headrace.Broker.Transactions;

/// <summary>Transactions as a journal holds them.</summary>
internal static class TransactionStorage
{
    public static TransactionEntry ToEntry(Transaction transaction) => new(
        transaction.Id,
        new StoredProducer(transaction.Producer.Id, transaction.Producer.Epoch),
        new StoredProducer(transaction.Former.Id, transaction.Former.Epoch),
        (long)transaction.Timeout.TotalMilliseconds,
        transaction.State.ToString())
    {
        StartedAtMs = transaction.StartedAt?.ToUnixTimeMilliseconds(),
        Partitions = [.. transaction.Partitions.Select(partition => new StoredPartition(partition.TopicId, partition.Index))],
        Groups = [.. transaction.Groups],
    };

    public static Transaction FromEntry(TransactionEntry entry) => new()
    {
        Id = entry.Id,
        Producer = new ProducerIdentity(entry.Producer.Id, entry.Producer.Epoch),
        Former = new ProducerIdentity(entry.Former.Id, entry.Former.Epoch),
        Timeout = TimeSpan.FromMilliseconds(entry.TimeoutMs),
        State = Enum.Parse<TransactionState>(entry.State),
        StartedAt = entry.StartedAtMs is { } started ? DateTimeOffset.FromUnixTimeMilliseconds(started) : null,
        Partitions = [.. (entry.Partitions ?? []).Select(partition => new PartitionId(partition.Topic, partition.Index))],
        Groups = [.. entry.Groups ?? []],
    };
}
