using Microsoft.Extensions.Logging;

namespace Headrace;

/// <summary>Produces records: <c>acks=all</c>, idempotent, the key decides the partition as in Java. Safe for many threads.</summary>
public sealed class RecordProducer : IAsyncDisposable
{
    /// <summary>A producer; it connects in the background, Kafka need not be there yet.</summary>
    /// <param name="clientSettings">Settings of the client library, verbatim, over our defaults.</param>
    /// <param name="loggers">Where it logs: category <c>Headrace.Producing</c>.</param>
    public RecordProducer(IReadOnlyDictionary<string, string> clientSettings, ILoggerFactory loggers) => throw new NotImplementedException();

    /// <summary>
    /// Produces a record; completes with its position when the broker has acknowledged it, else with a <see cref="ProduceException"/>, once.
    /// A full send queue is waited for. Cancelling stops the waiting, not the record: it may still be stored.
    /// </summary>
    public ValueTask<RecordPosition> ProduceAsync(in OutgoingRecord record, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Produces a record and calls back, on the producer's own thread, when it is acknowledged or has failed. A full send queue blocks the caller.</summary>
    public void Produce(in OutgoingRecord record, Action<RecordPosition, ProduceException?>? onDelivered) => throw new NotImplementedException();

    /// <summary>Waits until everything produced so far is acknowledged or has failed.</summary>
    public Task FlushAsync(CancellationToken deadline) => throw new NotImplementedException();

    /// <summary>Flushes, at most 10 s, and closes. What was not acknowledged ends in an exception.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
