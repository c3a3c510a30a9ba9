using Headrace.Clients.Native;
using Headrace.Producing;

namespace Headrace;

/// <summary>One open transaction of a <see cref="TransactionalProducer"/>. Many threads may produce; commit or abort once, after them.</summary>
public sealed class ProducerTransaction : IAsyncDisposable
{
    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(5);
    private readonly TransactionalProducer _owner;
    private readonly ProducerSession _session;
    private readonly FailureWatch _watch = new();
    private int _ended;

    internal ProducerTransaction(TransactionalProducer owner, ProducerSession session) => (_owner, _session) = (owner, session);

    /// <summary>Produces a record; completes when the broker has acknowledged it. It becomes visible by the commit. A record that fails makes the commit fail.</summary>
    /// <exception cref="ProduceException">The record was refused, or not acknowledged within <c>message.timeout.ms</c>.</exception>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    public ValueTask<RecordPosition> ProduceAsync(in OutgoingRecord record, CancellationToken cancellation = default)
    {
        ThrowIfEnded();
        return _owner.Records.ProduceAsync(record, _watch, cancellation);
    }

    /// <summary>Produces a record without waiting: the commit waits for it, and fails when it failed.</summary>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    public void Produce(in OutgoingRecord record)
    {
        ThrowIfEnded();
        _owner.Records.Produce(record, _watch, onDelivered: null);
    }

    /// <summary>
    /// Waits for what was produced and commits: when it returns, readers of committed records see all of it. When it throws, the transaction is aborted, unless
    /// <see cref="TransactionException.IsOutcomeUnknown"/>.
    /// </summary>
    /// <exception cref="TransactionException">It could not be committed: a record failed, the producer was fenced, the broker refused, or it stayed away until <paramref name="cancellation"/> fired.</exception>
    public async Task CommitAsync(CancellationToken cancellation = default)
    {
        var (error, isUnknown) = await TryCommitAsync(null, 0, cancellation);
        if (!error.IsNone)
        {
            throw isUnknown ? TransactionFaults.Unknown(_owner.TransactionalId, error) : TransactionFaults.Of(_owner.TransactionalId, "committed", error, _watch.Failure);
        }
    }

    /// <summary>Takes everything back: nobody who reads committed records ever sees it.</summary>
    /// <exception cref="TransactionException">The producer was fenced, or the broker stayed away until <paramref name="cancellation"/> fired; the broker aborts by itself then.</exception>
    public async Task AbortAsync(CancellationToken cancellation = default)
    {
        End();
        try
        {
            var error = await RollBackAsync(cancellation);
            if (!error.IsNone)
            {
                throw TransactionFaults.Of(_owner.TransactionalId, "aborted", error);
            }
        }
        finally
        {
            _owner.EndTurn();
        }
    }

    /// <summary>Aborts what was neither committed nor aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _ended) == 0)
        {
            try
            {
                using var patience = new CancellationTokenSource(CallTime, TimeProvider.System);
                await AbortAsync(patience.Token);
            }
            catch (TransactionException)
            {
                // The broker aborts what is left open.
            }
        }
    }

    /// <summary>Commits, with a group's offsets if there are any. After an error it is aborted, unless the outcome is not known.</summary>
    /// <param name="offsets">The group's offsets; the caller's.</param>
    /// <param name="groupMetadata">The group's metadata of the moment in which they were true; the caller's.</param>
    /// <param name="cancellation">Stops trying while the broker is away.</param>
    internal async Task<(NativeError Error, bool IsUnknown)> TryCommitAsync(TopicPartitionList? offsets, nint groupMetadata, CancellationToken cancellation)
    {
        End();
        try
        {
            var error = await PrepareAsync(offsets, groupMetadata, cancellation);
            if (error.IsNone)
            {
                error = await TransactionalProducer.CallAsync(_session, static handle => handle.CommitTransaction(CallTime), cancellation);
                if (error is { IsNone: false, RequiresAbort: false })
                {
                    return (error, IsUnknown: true);
                }
            }

            if (!error.IsNone)
            {
                await RollBackAsync(cancellation);
            }

            return (error, IsUnknown: false);
        }
        finally
        {
            _owner.EndTurn();
        }
    }

    private async Task<NativeError> PrepareAsync(TopicPartitionList? offsets, nint groupMetadata, CancellationToken cancellation)
    {
        try
        {
            await _owner.Records.FlushAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return new(ErrorCode.TimedOut);
        }

        if (_watch.Failure is { } failure)
        {
            return new((ErrorCode)failure.ErrorCode, failure.Message);
        }

        return offsets is null
            ? default
            : await TransactionalProducer.CallAsync(_session, handle => handle.SendOffsets(offsets, groupMetadata, CallTime), cancellation);
    }

    private async Task<NativeError> RollBackAsync(CancellationToken cancellation)
    {
        var error = await TransactionalProducer.CallAsync(_session, static handle => handle.AbortTransaction(CallTime), cancellation);
        if (_watch.Failure is not null)
        {
            _owner.Spoil(_session);
        }

        return error;
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            throw Ended();
        }
    }

    private void ThrowIfEnded()
    {
        if (Volatile.Read(ref _ended) != 0)
        {
            throw Ended();
        }
    }

    private InvalidOperationException Ended() =>
        new($"The transaction of '{_owner.TransactionalId}' has ended: it was committed, aborted or disposed. Begin another with BeginAsync.");

    // A record that failed, whether or not anybody awaits it, takes the transaction with it.
    private sealed class FailureWatch : IDeliveryWatch
    {
        private ProduceException? _failure;

        public ProduceException? Failure => Volatile.Read(ref _failure);

        public bool TryBegin() => true;

        public void Delivered(int index, RecordPosition position, ProduceException? failure)
        {
            if (failure is not null)
            {
                Interlocked.CompareExchange(ref _failure, failure, null);
            }
        }
    }
}
