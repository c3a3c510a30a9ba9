using System.Net;
using Headrace.Clients.Native;
using Headrace.Producing;
using Microsoft.Extensions.Logging;

namespace Headrace.Consuming;

/// <summary>
/// Commits a member's offsets by transactions that also hold what its handlers produced: one producer per member, one transaction at a time. What went wrong
/// is told as a commit's error, so that the <see cref="Committer"/> treats both alike.
/// </summary>
internal sealed class GroupTransactions : IDisposable
{
    private static readonly TimeSpan LookUpTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly ConsumerOptions _options;
    private readonly ConsumerHandle _membership;
    private readonly ILoggerFactory _loggers;
    private readonly Action _signal;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Task _takingOver;
    private TransactionalProducer? _producer;
    private Task<NativeError>? _running;

    /// <param name="options">The member's options.</param>
    /// <param name="membership">Whose generation stands for the offsets.</param>
    /// <param name="loggers">Where the producer logs.</param>
    /// <param name="signal">Wakes the loop when <see cref="TryTake"/> has a result.</param>
    public GroupTransactions(ConsumerOptions options, ConsumerHandle membership, ILoggerFactory loggers, Action signal)
    {
        (_options, _membership, _loggers, _signal) = (options, membership, loggers, signal);
        // A static member keeps its id over restarts, and so its successor ends at once what it left open.
        var member = options.ClientSettings.GetValueOrDefault("group.instance.id") ?? (options.StaticMember ? Dns.GetHostName() : null);
        TransactionalId = $"{options.GroupId}-{member ?? Guid.NewGuid().ToString("N")}";
        _producer = Create();
        _takingOver = member is null ? Task.CompletedTask : TakeOverAsync(_producer);
    }

    /// <summary>The producer's id: the group's id, a hyphen, and the static member's id or a new one.</summary>
    public string TransactionalId { get; }

    /// <summary>Begins to commit. The group's metadata is taken now, in the turn of the loop that made the list.</summary>
    /// <param name="outputs">What the handlers produced.</param>
    /// <param name="offsets">The offsets that go with it.</param>
    public void Begin(IReadOnlyList<OutgoingRecord> outputs, IReadOnlyList<TopicPartitionEntry> offsets)
    {
        var metadata = _membership.TakeGroupMetadata();
        _running = RunAsync(outputs, offsets, metadata);
    }

    /// <summary>The result of the commit that was begun, once it is there.</summary>
    public bool TryTake(out NativeError result)
    {
        result = default;
        if (_running is not { IsCompleted: true } done)
        {
            return false;
        }

        _running = null;
        result = done.IsCompletedSuccessfully ? done.Result : new(ErrorCode.Unknown, done.Exception?.GetBaseException().Message);
        return true;
    }

    /// <summary>Stops trying: the broker aborts what is left open.</summary>
    public void Dispose()
    {
        _giveUp.Cancel();
        _takingOver.Wait(LookUpTime + LookUpTime);
        _running?.Wait(LookUpTime + LookUpTime);
        _producer?.DisposeAsync().AsTask().Wait(LookUpTime + LookUpTime);
        _giveUp.Dispose();
    }

    // Not by the first commit: that waits for records, and where they begin the group says only when what was left open has ended.
    private async Task TakeOverAsync(TransactionalProducer producer)
    {
        try
        {
            await producer.PrepareAsync(_giveUp.Token);
        }
        catch (Exception refused) when (refused is TransactionException or OperationCanceledException)
        {
            // The first commit meets the same, and tells it.
        }
    }

    private async Task<NativeError> RunAsync(IReadOnlyList<OutgoingRecord> outputs, IReadOnlyList<TopicPartitionEntry> offsets, nint metadata)
    {
        await Task.Yield();
        try
        {
            _producer ??= Create();
            var (error, isUnknown) = await TransactAsync(_producer, outputs, offsets, metadata);
            if (isUnknown || error.IsFatal)
            {
                await ReplaceAsync();
            }

            if (isUnknown)
            {
                return await ResolveAsync(offsets, error);
            }

            // A stall that outlasted the transaction fences its producer. Whether this is still a member, the group's generation decides with the next one.
            return TransactionFaults.IsFenced(error) ? new(ErrorCode.TimedOut, error.ToString()) : error;
        }
        finally
        {
            ConsumerHandle.FreeGroupMetadata(metadata);
            _signal();
        }
    }

    private async Task<(NativeError Error, bool IsUnknown)> TransactAsync(
        TransactionalProducer producer, IReadOnlyList<OutgoingRecord> outputs, IReadOnlyList<TopicPartitionEntry> offsets, nint metadata)
    {
        ProducerTransaction transaction;
        try
        {
            transaction = await producer.BeginAsync(_giveUp.Token);
        }
        catch (TransactionException refused)
        {
            return (new((ErrorCode)refused.ErrorCode, refused.Message, IsFatal: true), false);
        }
        catch (OperationCanceledException)
        {
            return (new(ErrorCode.TimedOut), false);
        }

        await using (transaction)
        {
            foreach (var output in outputs)
            {
                transaction.Produce(output);
            }

            using var list = new TopicPartitionList(offsets);
            return await transaction.TryCommitAsync(list, metadata, _giveUp.Token);
        }
    }

    /// <summary>
    /// Offsets and outputs are committed together, so the committed offsets tell what became of a transaction whose end nobody heard. The look-up waits until the
    /// broker has ended it.
    /// </summary>
    private async Task<NativeError> ResolveAsync(IReadOnlyList<TopicPartitionEntry> offsets, NativeError error)
    {
        while (!_giveUp.IsCancellationRequested)
        {
            using var list = new TopicPartitionList(offsets);
            var asked = await Task.Run(() => _membership.ReadCommitted(list, LookUpTime));
            var found = list.Read();
            if (asked.IsNone && found.All(static entry => entry.Error == ErrorCode.None))
            {
                var wanted = offsets.ToDictionary(static entry => (entry.Topic, entry.Partition), static entry => entry.Offset);
                return found.All(entry => entry.Offset >= wanted[(entry.Topic, entry.Partition)]) ? default : new(ErrorCode.TimedOut, error.ToString());
            }

            await Task.Delay(Pause, TimeProvider.System);
        }

        return error;
    }

    private async Task ReplaceAsync()
    {
        var ended = _producer;
        _producer = null;
        if (ended is not null)
        {
            await ended.DisposeAsync();
        }
    }

    private TransactionalProducer Create() => new(TransactionalId, _options.ProducerSettings, _loggers, _options.ClientEvents);
}
