namespace Headrace.Producing;

/// <summary>The one producer of a cluster, made when first used and shared by all its topics.</summary>
internal sealed class ClusterProducer(Func<RecordProducer> create) : IAsyncDisposable
{
    private readonly Lazy<RecordProducer> _producer = new(create);

    public ProduceCounts Counts { get; } = new();

    public RecordProducer Producer => _producer.Value;

    public ValueTask<RecordPosition> ProduceAsync(in OutgoingRecord record, CancellationToken cancellation)
    {
        if (ProduceScope.Current is not { } scope)
        {
            return DeliverAsync(record, cancellation);
        }

        // The record's settlement waits for the acknowledgement even when the handler has stopped waiting.
        var delivery = DeliverAsync(record, CancellationToken.None).AsTask();
        scope.TryAdd(delivery);
        return new(delivery.WaitAsync(cancellation));
    }

    public void Produce(in OutgoingRecord record, Action<RecordPosition, ProduceException?>? onDelivered)
    {
        var delivery = ProduceScope.Current is null ? null : new TaskCompletionSource<RecordPosition>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (delivery is not null)
        {
            ProduceScope.Current!.TryAdd(delivery.Task);
        }

        Producer.Produce(record, (position, failure) =>
        {
            Count(position, failure);
            _ = failure is null ? delivery?.TrySetResult(position) : delivery?.TrySetException(failure);
            onDelivered?.Invoke(position, failure);
        });
    }

    /// <summary>Waits until everything produced so far is acknowledged or has failed; at most until the deadline.</summary>
    public Task FlushAsync(CancellationToken deadline) => _producer.IsValueCreated ? Producer.FlushAsync(deadline) : Task.CompletedTask;

    public ValueTask DisposeAsync() => _producer.IsValueCreated ? Producer.DisposeAsync() : ValueTask.CompletedTask;

    private async ValueTask<RecordPosition> DeliverAsync(OutgoingRecord record, CancellationToken cancellation)
    {
        var position = await Producer.ProduceAsync(record, cancellation);
        Counts.Add(position.Topic);
        return position;
    }

    private void Count(RecordPosition position, ProduceException? failure)
    {
        if (failure is null)
        {
            Counts.Add(position.Topic);
        }
    }
}
