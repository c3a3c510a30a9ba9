using System.Runtime.InteropServices;

namespace Headrace.Clients.Native;

// What only consumers call, and lists of partitions.
internal static unsafe partial class Librdkafka
{
    [LibraryImport(Library)]
    internal static partial int rd_kafka_poll_set_consumer(nint client);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_subscribe(nint client, RawTopicPartitionList* topics);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_unsubscribe(nint client);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_assign(nint client, RawTopicPartitionList* partitions);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_incremental_assign(nint client, RawTopicPartitionList* partitions);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_incremental_unassign(nint client, RawTopicPartitionList* partitions);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_assignment(nint client, out RawTopicPartitionList* partitions);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_assignment_lost(nint client);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_rebalance_protocol(nint client);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_memberid(nint client);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_committed(nint client, RawTopicPartitionList* partitions, int timeout);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_commit_queue(nint client, RawTopicPartitionList* offsets, nint queue, nint callback, nint opaque);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_position(nint client, RawTopicPartitionList* partitions);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_offsets_for_times(nint client, RawTopicPartitionList* partitions, int timeout);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rd_kafka_query_watermark_offsets(nint client, string topic, int partition, out long low, out long high, int timeout);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_seek_partitions(nint client, RawTopicPartitionList* partitions, int timeout);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_pause_partitions(nint client, RawTopicPartitionList* partitions);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_resume_partitions(nint client, RawTopicPartitionList* partitions);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_consumer_close_queue(nint client, nint queue);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_consumer_closed(nint client);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_consumer_group_metadata(nint client);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_consumer_group_metadata_destroy(nint metadata);

    [LibraryImport(Library)]
    internal static partial RawTopicPartitionList* rd_kafka_topic_partition_list_new(int size);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_topic_partition_list_destroy(RawTopicPartitionList* list);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial RawTopicPartition* rd_kafka_topic_partition_list_add(RawTopicPartitionList* list, string topic, int partition);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_topic_partition_get_leader_epoch(RawTopicPartition* partition);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_topic_partition_set_leader_epoch(RawTopicPartition* partition, int leaderEpoch);
}
