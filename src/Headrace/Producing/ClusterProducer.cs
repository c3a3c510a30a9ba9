using Headrace.Filters;
using Microsoft.Extensions.Logging;

namespace Headrace.Producing;

/// <summary>The one producer of a cluster, made when first used and shared by all its topics.</summary>
internal sealed class ClusterProducer(Func<RecordProducer> create, Func<ProduceSteps> compile, ILogger logger) : IAsyncDisposable
{
    private readonly Lazy<RecordProducer> _producer = new(create);
    private readonly Lazy<ProduceSteps> _steps = new(compile);
    private readonly FilteredSends _sends = new(logger);

    public RecordProducer Producer => _producer.Value;

    /// <summary>The filters of what is produced.</summary>
    public ProduceSteps Steps => _steps.Value;

    /// <summary>What was produced without waiting and has filters.</summary>
    public FilteredSends Sends => _sends;

    /// <summary>Records that the broker has acknowledged, by topic.</summary>
    public IReadOnlyDictionary<string, long> Acknowledged => _producer.IsValueCreated ? Producer.Acknowledged : new Dictionary<string, long>();

    // In each of these a handler's record waits for the acknowledgement by its scope, even when the handler has stopped waiting. In a group with transactions
    // nothing is sent yet, so nothing is known of it either.
    public ValueTask<RecordPosition> ProduceAsync(in OutgoingRecord record, CancellationToken cancellation)
    {
        var scope = ProduceScope.Current;
        return Keeps(scope, [record]) ? new(NotYet(record)) : Producer.ProduceAsync(record, scope, cancellation);
    }

    public Task<IReadOnlyList<RecordPosition>> ProduceManyAsync(IReadOnlyList<OutgoingRecord> records, TimeSpan? timeout, CancellationToken cancellation)
    {
        var scope = ProduceScope.Current;
        return Keeps(scope, [.. records])
            ? Task.FromResult<IReadOnlyList<RecordPosition>>([.. records.Select(record => NotYet(record))])
            : Producer.ProduceManyAsync(records, scope, timeout, cancellation);
    }

    public void Produce(in OutgoingRecord record, Action<RecordPosition, ProduceException?>? onDelivered)
    {
        var scope = ProduceScope.Current;
        RefuseCallback(record.Topic, onDelivered);
        if (!Keeps(scope, [record]))
        {
            Producer.Produce(record, scope, onDelivered);
        }
    }

    /// <summary>Produces a record for which its sender does not wait: a full send queue blocks the caller.</summary>
    public ValueTask<RecordPosition> SendAsync(in OutgoingRecord record)
    {
        var scope = ProduceScope.Current;
        if (Keeps(scope, [record]))
        {
            return new(NotYet(record));
        }

        var delivered = new TaskCompletionSource<RecordPosition>(TaskCreationOptions.RunContinuationsAsynchronously);
        Producer.Produce(record, scope, (position, failure) =>
        {
            if (failure is null)
            {
                delivered.SetResult(position);
            }
            else
            {
                delivered.SetException(failure);
            }
        });
        return new(delivered.Task);
    }

    /// <summary>In a group with transactions nothing is delivered while its handler runs.</summary>
    public void RefuseCallback(string topic, Action<RecordPosition, ProduceException?>? onDelivered)
    {
        if (onDelivered is not null && ProduceScope.Current?.Transactional == this)
        {
            throw new InvalidOperationException(
                $"A record for topic '{topic}' cannot have a delivery callback here: the group has transactions, and its records are delivered after their handler has ended. Leave the callback out.");
        }
    }

    /// <summary>Waits until everything produced so far is acknowledged or has failed; at most until the deadline.</summary>
    public async Task FlushAsync(CancellationToken deadline)
    {
        await _sends.WhenAllAsync().WaitAsync(deadline);
        if (_producer.IsValueCreated)
        {
            await Producer.FlushAsync(deadline);
        }
    }

    public ValueTask DisposeAsync() => _producer.IsValueCreated ? Producer.DisposeAsync() : ValueTask.CompletedTask;

    private static RecordPosition NotYet(in OutgoingRecord record) => new(record.Topic, -1, -1);

    private bool Keeps(ProduceScope? scope, ReadOnlySpan<OutgoingRecord> records)
    {
        if (scope?.Transactional != this)
        {
            return false;
        }

        foreach (ref readonly var record in records)
        {
            Producer.RefuseTooLarge(record);
        }

        return scope.TryKeep(records);
    }
}
