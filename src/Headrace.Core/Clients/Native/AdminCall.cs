namespace Headrace.Clients.Native;

/// <summary>One administration request of a client and the queue of its answer. It stays on the thread that made it, which waits.</summary>
internal readonly unsafe ref struct AdminCall
{
    // The longest that the library takes. A request to a coordinator must not end before its coordinator is found: when one is found after all, the library uses what
    // it has freed (rd_kafka_admin_coord_request and rd_kafka_coord_req_fsm, 2.14 and before) and ends the process. Whoever waits has patience of its own.
    private const int Longest = 3_600_000;
    private readonly int _patience;

    /// <param name="client">The client; it must live until the call is disposed.</param>
    /// <param name="operation">The library's number of the request.</param>
    /// <param name="timeout">How long the request may take.</param>
    /// <param name="asksCoordinator">Whether a group's coordinator is asked, not any broker.</param>
    public AdminCall(nint client, int operation, TimeSpan timeout, bool asksCoordinator = false)
    {
        Queue = Librdkafka.rd_kafka_queue_new(client);
        Options = Librdkafka.rd_kafka_AdminOptions_new(client, operation);
        _ = Librdkafka.rd_kafka_AdminOptions_set_request_timeout(Options, asksCoordinator ? Longest : QueueHandle.Milliseconds(timeout), null, 0);
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
