using Headrace.Formats;

namespace Headrace.Producing;

/// <summary>Makes records of messages: key, bytes, and the headers that say type, event and trace.</summary>
internal sealed class TopicProducer<TMessage>(string topic, Func<TMessage, RecordKey> key, IMessageFormat format, ClusterProducer cluster) : ITopicProducer<TMessage>
{
    private readonly MessageEncoder<TMessage> _encoder = new(topic, MessageTypeName.Of(typeof(TMessage)), format.CreateWriter<TMessage>(topic));

    public string Topic => topic;

    public ValueTask<RecordPosition> ProduceAsync(TMessage message, ProduceOptions? options = null, CancellationToken cancellation = default) =>
        cluster.Steps.IsEmpty ? cluster.ProduceAsync(RecordOf(message, options), cancellation) : cluster.Steps.RunAsync(ContextOf(message, options, cancellation));

    public ValueTask<RecordPosition> ProduceTombstoneAsync(RecordKey key, CancellationToken cancellation = default) => ProduceTombstoneAsync(key, null, cancellation);

    public ValueTask<RecordPosition> ProduceTombstoneAsync(RecordKey key, ProduceOptions? options, CancellationToken cancellation = default)
    {
        if (key.IsNone)
        {
            throw new ArgumentException($"A tombstone for {topic} needs a key: it says which key's state is gone. Pass the key.", nameof(key));
        }

        return cluster.Steps.IsEmpty
            ? cluster.ProduceAsync(With(options, _encoder.EncodeTombstone(key, options?.Headers, options?.EventId)), cancellation)
            : cluster.Steps.RunAsync(ContextOf(null, key, options, Await, cancellation));
    }

    public Task<IReadOnlyList<RecordPosition>> ProduceManyAsync(
        IEnumerable<TMessage> messages, ProduceOptions? options = null, CancellationToken cancellation = default)
    {
        if (options?.EventId is not null)
        {
            throw new ArgumentException($"Messages for {topic} cannot share one event id: readers would take all but the first for repetitions. Produce each on its own.", nameof(options));
        }

        if (!cluster.Steps.IsEmpty)
        {
            return ProduceOneByOneAsync([.. messages.Select(message => ContextOf(message, options, cancellation, new()))]);
        }

        // All are written before the first is sent: a message that cannot be written leaves nothing half done.
        var records = messages.Select(message => RecordOf(message, options)).ToArray();
        return cluster.ProduceManyAsync(records, options?.Timeout, cancellation);
    }

    public void Produce(TMessage message, Action<RecordPosition, ProduceException?>? onDelivered = null, ProduceOptions? options = null)
    {
        if (cluster.Steps.IsEmpty)
        {
            cluster.Produce(RecordOf(message, options), onDelivered);
            return;
        }

        cluster.RefuseCallback(topic, onDelivered);
        var context = ContextOf(Checked(message), options?.Key ?? key(message), options, (record, _) => cluster.SendAsync(record), CancellationToken.None);
        cluster.Sends.Start(topic, () => cluster.Steps.RunAsync(context), onDelivered);
    }

    // In their order, which filters that await would upset: the next one follows when the one before was handed to the client.
    private async Task<IReadOnlyList<RecordPosition>> ProduceOneByOneAsync(IReadOnlyList<ProduceContext> contexts)
    {
        var produced = new List<Task<RecordPosition>>(contexts.Count);
        foreach (var context in contexts)
        {
            var running = RunAsync(context);
            produced.Add(running);
            await Task.WhenAny(running, context.Sent!.Task);
        }

        return await Task.WhenAll(produced);
    }

    // What a filter throws at once belongs to its message too.
    private async Task<RecordPosition> RunAsync(ProduceContext context) => await cluster.Steps.RunAsync(context);

    private ProduceContext ContextOf(TMessage message, ProduceOptions? options, CancellationToken cancellation, TaskCompletionSource? sent = null) =>
        ContextOf(Checked(message), options?.Key ?? key(message), options, Await, cancellation, sent);

    private ProduceContext ContextOf(
        object? message, RecordKey key, ProduceOptions? options, Func<OutgoingRecord, CancellationToken, ValueTask<RecordPosition>> send, CancellationToken cancellation, TaskCompletionSource? sent = null)
    {
        var context = new ProduceContext(topic, message, key, Encode, send)
        {
            Partition = options?.Partition,
            Timestamp = options?.Timestamp,
            Timeout = options?.Timeout,
            EventId = options?.EventId,
            Cancellation = cancellation,
            Sent = sent,
        };
        if (options is not null)
        {
            WireHeaders.RefuseReserved(options.Headers);
            context.Headers.AddRange(options.Headers);
        }

        return context;
    }

    private OutgoingRecord Encode(ProduceContext context) => context.IsTombstone
        ? _encoder.EncodeTombstone(context.Key, context.Headers, context.EventId)
        : _encoder.Encode(Checked((TMessage)context.Message!), context.Key, context.Headers, context.EventId);

    private ValueTask<RecordPosition> Await(OutgoingRecord record, CancellationToken cancellation) => cluster.ProduceAsync(record, cancellation);

    private OutgoingRecord RecordOf(TMessage message, ProduceOptions? options) =>
        With(options, _encoder.Encode(Checked(message), options?.Key ?? key(message), options?.Headers, options?.EventId));

    private TMessage Checked(TMessage message) =>
        message is null ? throw new ArgumentNullException(nameof(message), $"A message for {topic} is null. To delete a key's state, use ProduceTombstoneAsync.") : message;

    private static OutgoingRecord With(ProduceOptions? options, in OutgoingRecord record) =>
        options is null ? record : record with { Partition = options.Partition, Timestamp = options.Timestamp, Timeout = options.Timeout };
}
