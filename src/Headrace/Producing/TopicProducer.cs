using Headrace.Formats;

namespace Headrace.Producing;

/// <summary>Makes records of messages: key, bytes, and the headers that say type, event and trace.</summary>
internal sealed class TopicProducer<TMessage>(string topic, Func<TMessage, RecordKey> key, IMessageFormat format, ClusterProducer cluster) : ITopicProducer<TMessage>
{
    private readonly MessageEncoder<TMessage> _encoder = new(topic, MessageTypeName.Of(typeof(TMessage)), format.CreateWriter<TMessage>(topic));

    public string Topic => topic;

    public ValueTask<RecordPosition> ProduceAsync(TMessage message, ProduceOptions? options = null, CancellationToken cancellation = default) =>
        cluster.ProduceAsync(RecordOf(message, options), cancellation);

    public ValueTask<RecordPosition> ProduceTombstoneAsync(RecordKey key, CancellationToken cancellation = default) => ProduceTombstoneAsync(key, null, cancellation);

    public ValueTask<RecordPosition> ProduceTombstoneAsync(RecordKey key, ProduceOptions? options, CancellationToken cancellation = default)
    {
        if (key.IsNone)
        {
            throw new ArgumentException($"A tombstone for {topic} needs a key: it says which key's state is gone. Pass the key.", nameof(key));
        }

        return cluster.ProduceAsync(With(options, _encoder.EncodeTombstone(key, options?.Headers, options?.EventId)), cancellation);
    }

    public Task<IReadOnlyList<RecordPosition>> ProduceManyAsync(
        IEnumerable<TMessage> messages, ProduceOptions? options = null, CancellationToken cancellation = default)
    {
        if (options?.EventId is not null)
        {
            throw new ArgumentException($"Messages for {topic} cannot share one event id: readers would take all but the first for repetitions. Produce each on its own.", nameof(options));
        }

        // All are written before the first is sent: a message that cannot be written leaves nothing half done.
        var records = messages.Select(message => RecordOf(message, options)).ToArray();
        return cluster.ProduceManyAsync(records, options?.Timeout, cancellation);
    }

    public void Produce(TMessage message, Action<RecordPosition, ProduceException?>? onDelivered = null, ProduceOptions? options = null) =>
        cluster.Produce(RecordOf(message, options), onDelivered);

    private OutgoingRecord RecordOf(TMessage message, ProduceOptions? options)
    {
        if (message is null)
        {
            throw new ArgumentNullException(nameof(message), $"A message for {topic} is null. To delete a key's state, use ProduceTombstoneAsync.");
        }

        return With(options, _encoder.Encode(message, options?.Key ?? key(message), options?.Headers, options?.EventId));
    }

    private static OutgoingRecord With(ProduceOptions? options, in OutgoingRecord record) =>
        options is null ? record : record with { Partition = options.Partition, Timestamp = options.Timestamp, Timeout = options.Timeout };
}
