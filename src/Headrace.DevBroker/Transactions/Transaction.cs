using System.Collections.Immutable;
using Headrace.Broker.Topics;

namespace Headrace.Broker.Transactions;

/// <summary>A transactional id, the producer that owns it, and its current or last transaction. Immutable: a change makes a new one.</summary>
internal sealed record Transaction
{
    public required string Id { get; init; }

    public ProducerIdentity Producer { get; init; } = ProducerIdentity.None;

    /// <summary>Who owned it before the last change of epoch or id; a client that lost the answer asks again in this name.</summary>
    public ProducerIdentity Former { get; init; } = ProducerIdentity.None;

    public TimeSpan Timeout { get; init; }

    public TransactionState State { get; init; }

    /// <summary>Of the current or last transaction.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public ImmutableHashSet<PartitionId> Partitions { get; init; } = [];

    /// <summary>Groups whose offsets are committed with it.</summary>
    public ImmutableHashSet<string> Groups { get; init; } = [];
}
