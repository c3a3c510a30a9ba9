using System.Runtime.InteropServices;

namespace Headrace.Clients.Native;

// Queues, the events on them, and messages.
internal static unsafe partial class Librdkafka
{
    [LibraryImport(Library)]
    internal static partial nint rd_kafka_queue_new(nint client);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_queue_get_main(nint client);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_queue_get_consumer(nint client);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint rd_kafka_queue_get_partition(nint client, string topic, int partition);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_queue_destroy(nint queue);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_queue_forward(nint source, nint destination);

    [LibraryImport(Library)]
    internal static partial nuint rd_kafka_queue_length(nint queue);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_queue_poll(nint queue, int timeout);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_queue_cb_event_enable(nint queue, delegate* unmanaged[Cdecl]<nint, nint, void> callback, nint opaque);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_consume_batch_queue(nint queue, int timeout, nint* messages, nuint size);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_message_destroy(nint message);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial long rd_kafka_message_timestamp(nint message, out int kind);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int rd_kafka_message_leader_epoch(nint message);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    internal static partial int rd_kafka_message_status(nint message);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_message_errstr(nint message);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_message_headers(nint message, out nint headers);

    [LibraryImport(Library)]
    internal static partial nuint rd_kafka_header_cnt(nint headers);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_header_get_all(nint headers, nuint index, out nint name, out byte* value, out nuint size);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_event_type(nint queueEvent);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_event_destroy(nint queueEvent);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_event_error(nint queueEvent);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_event_error_string(nint queueEvent);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_event_error_is_fatal(nint queueEvent);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_event_log(nint queueEvent, out nint facility, out nint text, out int level);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_event_stats(nint queueEvent);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_event_opaque(nint queueEvent);

    [LibraryImport(Library)]
    internal static partial RawTopicPartitionList* rd_kafka_event_topic_partition_list(nint queueEvent);

    [LibraryImport(Library)]
    internal static partial nuint rd_kafka_event_message_array(nint queueEvent, nint* messages, nuint size);

    [LibraryImport(Library)]
    internal static partial nuint rd_kafka_event_message_count(nint queueEvent);
}
