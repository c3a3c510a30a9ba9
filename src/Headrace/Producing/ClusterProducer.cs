namespace Headrace.Producing;

/// <summary>The one producer of a cluster, made when first used and shared by all its topics.</summary>
internal sealed class ClusterProducer(Func<RecordProducer> create) : IAsyncDisposable
{
    private readonly Lazy<RecordProducer> _producer = new(create);

    public RecordProducer Producer => _producer.Value;

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
        if (onDelivered is not null && scope?.Transactional == this)
        {
            throw new InvalidOperationException(
                $"A record for topic '{record.Topic}' cannot have a delivery callback here: the group has transactions, and its records are delivered after their handler has ended. Leave the callback out.");
        }

        if (!Keeps(scope, [record]))
        {
            Producer.Produce(record, scope, onDelivered);
        }
    }

    /// <summary>Waits until everything produced so far is acknowledged or has failed; at most until the deadline.</summary>
    public Task FlushAsync(CancellationToken deadline) => _producer.IsValueCreated ? Producer.FlushAsync(deadline) : Task.CompletedTask;

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
