namespace Headrace;

/// <summary>
/// Produces messages of one type to one topic, with the key that <c>AddProducer</c> states. Safe for many threads. Inject it by type; when a type
/// has several topics, by the topic's name: <c>[FromKeyedServices("orders")]</c>. In a handler, its record is settled only when all that
/// the handler produced is acknowledged, awaited or not: a produce that failed fails the record, even when the handler caught the exception.
/// </summary>
/// <typeparam name="TMessage">The message type; its name goes with every record.</typeparam>
public interface ITopicProducer<TMessage>
{
    /// <summary>The topic's name.</summary>
    string Topic { get; }

    /// <summary>
    /// Produces a message; completes with its position when the broker has acknowledged it (<c>acks=all</c>), else with a <see cref="ProduceException"/>.
    /// Cancelling stops the waiting, not the record: it may still be stored.
    /// </summary>
    /// <exception cref="ProduceException">The record was not acknowledged; <see cref="ProduceException.PossiblyPersisted"/> says whether it may be in the log all the same.</exception>
    ValueTask<RecordPosition> ProduceAsync(TMessage message, ProduceOptions? options = null, CancellationToken cancellation = default);

    /// <summary>Produces a record without a value, which deletes the key's state for readers of a compacted topic. A key of <see cref="RecordKey.None"/> throws.</summary>
    /// <exception cref="ProduceException">As for <see cref="ProduceAsync"/>.</exception>
    ValueTask<RecordPosition> ProduceTombstoneAsync(RecordKey key, CancellationToken cancellation = default);

    /// <summary>The same, with options; their <see cref="ProduceOptions.Key"/> does not count.</summary>
    /// <exception cref="ProduceException">As for <see cref="ProduceAsync"/>.</exception>
    ValueTask<RecordPosition> ProduceTombstoneAsync(RecordKey key, ProduceOptions? options, CancellationToken cancellation = default);

    /// <summary>
    /// Produces messages in their order and waits for all; completes with their positions in the same order. When some fail, the failure of the first of them is
    /// thrown after every one has ended; the others may be in the log.
    /// </summary>
    /// <exception cref="ProduceException">As for <see cref="ProduceAsync"/>.</exception>
    Task<IReadOnlyList<RecordPosition>> ProduceManyAsync(IEnumerable<TMessage> messages, ProduceOptions? options = null, CancellationToken cancellation = default);

    /// <summary>
    /// Produces a message without waiting; <paramref name="onDelivered"/> is called on the producer's own thread, with an exception when it failed:
    /// be brief there. Without a callback a failure is logged, and in a handler it fails the record. A full send queue blocks the caller.
    /// </summary>
    void Produce(TMessage message, Action<RecordPosition, ProduceException?>? onDelivered = null, ProduceOptions? options = null);
}
