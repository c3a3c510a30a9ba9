namespace Headrace.Producing;

/// <summary>The one producer of a cluster, made when first used and shared by all its topics.</summary>
internal sealed class ClusterProducer(Func<RecordProducer> create) : IAsyncDisposable
{
    private readonly Lazy<RecordProducer> _producer = new(create);

    public RecordProducer Producer => _producer.Value;

    /// <summary>Records that the broker has acknowledged, by topic.</summary>
    public IReadOnlyDictionary<string, long> Acknowledged => _producer.IsValueCreated ? Producer.Acknowledged : new Dictionary<string, long>();

    // In each of these a handler's record waits for the acknowledgement by its scope, even when the handler has stopped waiting.
    public ValueTask<RecordPosition> ProduceAsync(in OutgoingRecord record, CancellationToken cancellation) =>
        Producer.ProduceAsync(record, ProduceScope.Current, cancellation);

    public Task<IReadOnlyList<RecordPosition>> ProduceManyAsync(IReadOnlyList<OutgoingRecord> records, TimeSpan? timeout, CancellationToken cancellation) =>
        Producer.ProduceManyAsync(records, ProduceScope.Current, timeout, cancellation);

    public void Produce(in OutgoingRecord record, Action<RecordPosition, ProduceException?>? onDelivered) =>
        Producer.Produce(record, ProduceScope.Current, onDelivered);

    /// <summary>Waits until everything produced so far is acknowledged or has failed; at most until the deadline.</summary>
    public Task FlushAsync(CancellationToken deadline) => _producer.IsValueCreated ? Producer.FlushAsync(deadline) : Task.CompletedTask;

    public ValueTask DisposeAsync() => _producer.IsValueCreated ? Producer.DisposeAsync() : ValueTask.CompletedTask;
}
