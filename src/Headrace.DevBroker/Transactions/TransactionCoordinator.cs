using Headrace.Broker.Groups;
using Headrace.Broker.Storage;
using Headrace.Broker.Topics;
using Headrace.Broker.Wire;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Transactions;

/// <summary>
/// Owns the transactional ids. Its lock comes before that of the groups, and both come before a log's. Outcomes are written while a request waits, so no client
/// ever meets a transaction that is decided and not complete.
/// </summary>
/// <remarks>Errors are the newest version's; the handlers turn them into what older clients know.</remarks>
internal sealed class TransactionCoordinator(
    TransactionSettings settings, TopicCatalogue topics, GroupCoordinator groups, TimeProvider time, ILogger logger, Journal? journal = null) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Transaction> _transactions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Deadline> _deadlines = new(StringComparer.Ordinal);
    private readonly ProducerIdSource _producerIds = new();

    /// <summary>A producer without transactions.</summary>
    public ProducerIdentity NewProducer() => new(_producerIds.Next(), 0);

    /// <summary>
    /// The id belongs to the caller from now on; whoever had it is fenced, and its open transaction aborted. A producer that had it itself, and wants to go on
    /// after an error, names itself (KIP-360).
    /// </summary>
    public (ErrorCode Error, ProducerIdentity Producer) Initialize(string id, TimeSpan timeout, ProducerIdentity expected)
    {
        if (id.Length == 0 || timeout <= TimeSpan.Zero || timeout > settings.LongestTimeout)
        {
            return (id.Length == 0 ? ErrorCode.InvalidRequest : ErrorCode.InvalidTransactionTimeout, ProducerIdentity.None);
        }

        lock (_lock)
        {
            var transaction = _transactions.GetValueOrDefault(id) ?? new Transaction { Id = id, Producer = ProducerIdentity.None with { Id = _producerIds.Next() } };
            if (expected.Id >= 0 && !IsOwn(transaction, expected))
            {
                return (ErrorCode.ProducerFenced, ProducerIdentity.None);
            }

            if (transaction.State == TransactionState.Ongoing)
            {
                transaction = FenceAndAbort(transaction, "the transactional id was initialized again");
            }

            return Bump(transaction with { Timeout = timeout }, expected) is { } bumped
                ? (ErrorCode.None, Apply(bumped).Producer)
                : (ErrorCode.ProducerFenced, ProducerIdentity.None);
        }
    }

    /// <summary>Enters partitions into the producer's transaction, and opens one if there is none.</summary>
    public ErrorCode AddPartitions(string id, ProducerIdentity producer, IReadOnlyCollection<PartitionId> partitions)
    {
        lock (_lock)
        {
            var error = Validate(id, producer, out var transaction);
            if (transaction is null)
            {
                return error;
            }

            Apply(Open(transaction) with { Partitions = transaction.Partitions.Union(partitions) });
            Admit(producer, partitions);
            return ErrorCode.None;
        }
    }

    /// <summary>Enters a group's offsets into the producer's transaction, and opens one if there is none.</summary>
    public ErrorCode AddGroup(string id, ProducerIdentity producer, string group)
    {
        lock (_lock)
        {
            var error = Validate(id, producer, out var transaction);
            if (transaction is not null)
            {
                Apply(Open(transaction) with { Groups = transaction.Groups.Add(group) });
            }

            return error;
        }
    }

    /// <summary>Offsets that count once the transaction commits. One error for each.</summary>
    public IReadOnlyList<ErrorCode> CommitOffsets(string id, ProducerIdentity producer, OffsetCommit commit)
    {
        lock (_lock)
        {
            var error = Validate(id, producer, out var transaction);
            if (transaction is not null && !transaction.Groups.Contains(commit.Group))
            {
                error = ErrorCode.InvalidTxnState;
            }

            return error == ErrorCode.None ? groups.CommitOffsets(commit with { ProducerId = producer.Id }) : [.. commit.Offsets.Select(_ => error)];
        }
    }

    /// <summary>Commits or aborts. Doing the same twice is no error: the client may have lost the answer.</summary>
    public ErrorCode End(string id, ProducerIdentity producer, bool commit)
    {
        lock (_lock)
        {
            var error = Validate(id, producer, out var transaction);
            if (transaction is null)
            {
                return error;
            }

            if (transaction.State != TransactionState.Ongoing)
            {
                return transaction.State == (commit ? TransactionState.CompleteCommit : TransactionState.CompleteAbort) ? ErrorCode.None : ErrorCode.InvalidTxnState;
            }

            Complete(transaction, commit);
            return ErrorCode.None;
        }
    }

    /// <summary>Shuts the current producer of the id out, and aborts its open transaction. False: the id is not known.</summary>
    public bool Fence(string id, string reason)
    {
        lock (_lock)
        {
            if (!_transactions.TryGetValue(id, out var transaction))
            {
                return false;
            }

            if (transaction.State == TransactionState.Ongoing)
            {
                FenceAndAbort(transaction, reason);
            }
            else
            {
                var producer = transaction.Producer;
                Apply(transaction with { Producer = producer with { Epoch = (short)(producer.Epoch + 1) }, Former = ProducerIdentity.None });
            }

            return true;
        }
    }

    /// <summary>Null: the id is not known.</summary>
    public Transaction? Find(string id)
    {
        lock (_lock)
        {
            return _transactions.GetValueOrDefault(id);
        }
    }

    public IReadOnlyList<Transaction> List()
    {
        lock (_lock)
        {
            return [.. _transactions.Values];
        }
    }

    /// <summary>
    /// Takes what a journal held, before the first use. What was decided is completed where it was not; what was open stays open, and has all its time again.
    /// </summary>
    public void Restore(IReadOnlyList<JournalEntry> state)
    {
        lock (_lock)
        {
            foreach (var transaction in state.OfType<TransactionEntry>().Select(TransactionStorage.FromEntry))
            {
                _transactions[transaction.Id] = transaction;
                switch (transaction.State)
                {
                    case TransactionState.Ongoing:
                        SetDeadline(transaction);
                        Admit(transaction.Producer, transaction.Partitions);
                        break;
                    case TransactionState.PrepareCommit or TransactionState.PrepareAbort:
                        Conclude(transaction);
                        break;
                }
            }
        }
    }

    /// <summary>Stops every timer.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var deadline in _deadlines.Values)
            {
                deadline.Clear();
            }
        }
    }

    private static bool IsOwn(Transaction transaction, ProducerIdentity expected) =>
        transaction.Producer.Epoch == ProducerIdentity.NoEpoch
        || expected.Id == transaction.Producer.Id
        || (expected.Id == transaction.Former.Id && expected.IsExhausted);

    private ErrorCode Validate(string id, ProducerIdentity producer, out Transaction? transaction)
    {
        transaction = null;
        if (id.Length == 0)
        {
            return ErrorCode.InvalidRequest;
        }

        if (!_transactions.TryGetValue(id, out var found) || found.Producer.Id != producer.Id)
        {
            return ErrorCode.InvalidProducerIdMapping;
        }

        if (found.Producer.Epoch != producer.Epoch)
        {
            return ErrorCode.ProducerFenced;
        }

        transaction = found;
        return ErrorCode.None;
    }

    // Null: the caller is a zombie.
    private Transaction? Bump(Transaction transaction, ProducerIdentity expected)
    {
        var current = transaction.Producer;
        var isRetry = expected.Id >= 0 && expected != current && current.Epoch != ProducerIdentity.NoEpoch;
        if (isRetry)
        {
            return expected == transaction.Former ? transaction : null;
        }

        return transaction with
        {
            State = TransactionState.Empty,
            StartedAt = null,
            Producer = current.IsExhausted ? new ProducerIdentity(_producerIds.Next(), 0) : current with { Epoch = (short)(current.Epoch + 1) },
            Former = expected.Id >= 0 ? current : ProducerIdentity.None,
        };
    }

    private Transaction Open(Transaction transaction)
    {
        if (transaction.State == TransactionState.Ongoing)
        {
            return transaction;
        }

        SetDeadline(transaction);
        return transaction with { State = TransactionState.Ongoing, StartedAt = time.GetUtcNow() };
    }

    private void SetDeadline(Transaction transaction)
    {
        if (!_deadlines.TryGetValue(transaction.Id, out var deadline))
        {
            _deadlines.Add(transaction.Id, deadline = new Deadline(_lock, time, () => TimeOut(transaction.Id)));
        }

        deadline.Set(transaction.Timeout);
    }

    private void Admit(ProducerIdentity producer, IEnumerable<PartitionId> partitions)
    {
        foreach (var partition in partitions)
        {
            if (topics.TryGet(partition.TopicId, out var topic))
            {
                topic.Partition(partition.Index)?.AdmitTransaction(producer.Id, producer.Epoch);
            }
        }
    }

    private void TimeOut(string id)
    {
        if (_transactions.TryGetValue(id, out var transaction) && transaction.State == TransactionState.Ongoing)
        {
            FenceAndAbort(transaction, $"it was open for longer than its transaction.timeout.ms of {transaction.Timeout.TotalMilliseconds:0}");
        }
    }

    // The markers carry the next epoch, so that no partition takes a late batch of this one.
    private Transaction FenceAndAbort(Transaction transaction, string reason)
    {
        var producer = transaction.Producer;
        TransactionLog.Fenced(logger, transaction.Id, producer.Id, producer.Epoch, reason);
        return Complete(transaction with { Producer = producer with { Epoch = (short)(producer.Epoch + 1) }, Former = ProducerIdentity.None }, commit: false);
    }

    private Transaction Complete(Transaction transaction, bool commit)
    {
        _deadlines[transaction.Id].Clear();
        return Conclude(Apply(transaction with { State = commit ? TransactionState.PrepareCommit : TransactionState.PrepareAbort }));
    }

    // After a crash some of it is done already; a second marker in a partition ends nothing.
    private Transaction Conclude(Transaction decided)
    {
        var commit = decided.State == TransactionState.PrepareCommit;
        foreach (var partition in decided.Partitions)
        {
            if (topics.TryGet(partition.TopicId, out var topic))
            {
                topic.Partition(partition.Index)?.AppendMarker(decided.Producer.Id, decided.Producer.Epoch, commit, topic.Settings.AppendRules);
            }
        }

        groups.EndTransaction(decided.Producer.Id, decided.Groups, commit);
        return Apply(decided with
        {
            State = commit ? TransactionState.CompleteCommit : TransactionState.CompleteAbort,
            Partitions = [],
            Groups = [],
        });
    }

    // The one place where a transaction changes.
    private Transaction Apply(Transaction changed)
    {
        journal?.Write(TransactionStorage.ToEntry(changed));
        var before = _transactions.GetValueOrDefault(changed.Id);
        _transactions[changed.Id] = changed;
        if (before?.State != changed.State || before.Producer != changed.Producer)
        {
            TransactionLog.StateChanged(
                logger, changed.Id, changed.State, changed.Producer.Id, changed.Producer.Epoch, changed.Partitions.Count, changed.Groups.Count);
        }

        return changed;
    }
}
