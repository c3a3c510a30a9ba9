namespace Headrace.Clients.Native;

/// <summary>
/// Owns one event taken from a queue; disposing frees it and every message of a delivery event. It stays on the thread that polled it.
/// </summary>
internal readonly unsafe ref struct NativeEvent
{
    private readonly nint _event;

    internal NativeEvent(nint queueEvent) => _event = queueEvent;

    /// <summary>Whether nothing was there.</summary>
    public bool IsEmpty => _event == 0;

    public EventKinds Kind => (EventKinds)Librdkafka.rd_kafka_event_type(_event);

    /// <summary>
    /// For an error event: the error. For a rebalance: <see cref="ErrorCode.AssignPartitions"/> or <see cref="ErrorCode.RevokePartitions"/>. For a commit:
    /// what became of it as a whole; each of <see cref="Partitions"/> may have an error of its own.
    /// </summary>
    public NativeError Error
    {
        get
        {
            var code = Librdkafka.rd_kafka_event_error(_event);
            return code == 0
                ? default
                : new((ErrorCode)code, NativeError.Text(Librdkafka.rd_kafka_event_error_string(_event)), Librdkafka.rd_kafka_event_error_is_fatal(_event) != 0);
        }
    }

    /// <summary>The partitions of a rebalance or of a commit, copied.</summary>
    public IReadOnlyList<TopicPartitionEntry> Partitions => TopicPartitionList.Read(Librdkafka.rd_kafka_event_topic_partition_list(_event));

    /// <summary>What was given to <see cref="ConsumerHandle.Commit"/>.</summary>
    public nint Opaque => Librdkafka.rd_kafka_event_opaque(_event);

    /// <summary>The JSON of a statistics event.</summary>
    public string? Statistics => NativeError.Text(Librdkafka.rd_kafka_event_stats(_event));

    /// <summary>A log line of the library; the level is syslog's, 0 (worst) to 7.</summary>
    public (int Level, string Facility, string Text) Log =>
        Librdkafka.rd_kafka_event_log(_event, out var facility, out var text, out var level) == 0
            ? (level, NativeError.Text(facility) ?? "", NativeError.Text(text) ?? "")
            : (7, "", "");

    /// <summary>Takes the next messages of a delivery event; 0 when all were taken. They are freed with the event.</summary>
    public int NextDeliveries(Span<NativeMessage> messages)
    {
        fixed (NativeMessage* first = messages)
        {
            return (int)Librdkafka.rd_kafka_event_message_array(_event, (nint*)first, (nuint)messages.Length);
        }
    }

    public void Dispose()
    {
        if (_event != 0)
        {
            Librdkafka.rd_kafka_event_destroy(_event);
        }
    }
}
