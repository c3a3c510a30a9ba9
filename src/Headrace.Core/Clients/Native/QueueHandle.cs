namespace Headrace.Clients.Native;

/// <summary>
/// Owns one native queue: a client's own, a partition's, or a separate one for replies.
/// </summary>
/// <remarks>
/// Threads: one thread polls and disposes. Ownership: dispose it before its client is destroyed; the client disposes what is left. Polling a
/// membership's consumer queue is what feeds <c>max.poll.interval.ms</c>.
/// </remarks>
internal sealed unsafe class QueueHandle : IDisposable
{
    private readonly NativeClient _client;
    private nint _queue;
    private QueueSignal? _signal;

    internal QueueHandle(NativeClient client, nint queue)
    {
        (_client, _queue) = (client, queue);
        client.Opened(this);
    }

    /// <summary>How many operations are waiting; an estimate.</summary>
    public int Length => (int)Librdkafka.rd_kafka_queue_length(Native);

    internal nint Native => _queue != 0 ? _queue : throw new ObjectDisposedException(nameof(QueueHandle));

    /// <summary>Sets <paramref name="signal"/> whenever something comes into the queue from now on: poll it once after this call.</summary>
    public void Watch(QueueSignal signal)
    {
        if (_signal is not null)
        {
            throw new InvalidOperationException("The queue is watched already.");
        }

        signal.Watch(Native);
        _signal = signal;
    }

    /// <summary>The next event, which the caller disposes; <c>IsEmpty</c> when none came within the time.</summary>
    public NativeEvent Poll(TimeSpan timeout) => new(Librdkafka.rd_kafka_queue_poll(Native, Milliseconds(timeout)));

    /// <summary>Lets the queue's client do what an event asks of it; see <see cref="NativeClient.Hear"/>.</summary>
    public void Hear(in NativeEvent next) => _client.Hear(next);

    /// <summary>
    /// Takes the messages of a partition that are there, without waiting. Each is freed with <see cref="NativeMessage.Destroy"/>, and each may be an
    /// error: look at <see cref="NativeMessage.Error"/> first.
    /// </summary>
    public int ConsumeBatch(Span<NativeMessage> messages)
    {
        fixed (NativeMessage* first = messages)
        {
            var count = Librdkafka.rd_kafka_consume_batch_queue(Native, 0, (nint*)first, (nuint)messages.Length);
            return count < 0 ? 0 : (int)count;
        }
    }

    /// <summary>What comes into this queue stays in it, instead of going to the consumer's queue. Before the partition is assigned.</summary>
    public void StopForwarding() => Librdkafka.rd_kafka_queue_forward(Native, 0);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _queue, 0) is not 0 and var queue)
        {
            _signal?.Unwatch(queue);
            _signal = null;
            Librdkafka.rd_kafka_queue_destroy(queue);
            _client.Closed(this);
        }
    }

    internal static int Milliseconds(TimeSpan timeout) =>
        timeout < TimeSpan.Zero ? -1 : (int)Math.Min(Math.Ceiling(timeout.TotalMilliseconds), int.MaxValue);
}
