namespace Headrace.Clients.Native;

/// <summary>One administration request of a client and the queue of its answer. It stays on the thread that made it, which waits.</summary>
internal readonly unsafe ref struct AdminCall
{
    private readonly int _patience;

    /// <param name="client">The client; it must live until the call is disposed.</param>
    /// <param name="operation">The library's number of the request.</param>
    /// <param name="timeout">How long the request may take.</param>
    public AdminCall(nint client, int operation, TimeSpan timeout)
    {
        Queue = Librdkafka.rd_kafka_queue_new(client);
        Options = Librdkafka.rd_kafka_AdminOptions_new(client, operation);
        _ = Librdkafka.rd_kafka_AdminOptions_set_request_timeout(Options, QueueHandle.Milliseconds(timeout), null, 0);
        _patience = QueueHandle.Milliseconds(timeout + timeout);
    }

    public nint Queue { get; }

    public nint Options { get; }

    /// <summary>Waits for the answer, which the caller destroys; 0 when none came.</summary>
    public nint Answer() => Librdkafka.rd_kafka_queue_poll(Queue, _patience);

    public void Dispose()
    {
        Librdkafka.rd_kafka_AdminOptions_destroy(Options);
        Librdkafka.rd_kafka_queue_destroy(Queue);
    }
}
