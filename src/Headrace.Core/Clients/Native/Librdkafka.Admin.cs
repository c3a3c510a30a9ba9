using System.Runtime.InteropServices;

namespace Headrace.Clients.Native;

// Administration calls: what shows a topic's id, and what shows a group's offsets.
internal static unsafe partial class Librdkafka
{
    [LibraryImport(Library)]
    internal static partial nint rd_kafka_TopicCollection_of_topic_names(byte** topics, nuint count);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_TopicCollection_destroy(nint topics);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_AdminOptions_new(nint client, int operation);

    [LibraryImport(Library)]
    internal static partial int rd_kafka_AdminOptions_set_request_timeout(nint options, int timeout, byte* error, nuint errorSize);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_AdminOptions_destroy(nint options);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_DescribeTopics(nint client, nint topics, nint options, nint queue);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_event_DescribeTopics_result(nint queueEvent);

    [LibraryImport(Library)]
    internal static partial nint* rd_kafka_DescribeTopics_result_topics(nint result, out nuint count);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_TopicDescription_name(nint topic);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_TopicDescription_error(nint topic);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_TopicDescription_topic_id(nint topic);

    [LibraryImport(Library)]
    internal static partial long rd_kafka_Uuid_most_significant_bits(nint uuid);

    [LibraryImport(Library)]
    internal static partial long rd_kafka_Uuid_least_significant_bits(nint uuid);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint rd_kafka_ListConsumerGroupOffsets_new(string group, RawTopicPartitionList* partitions);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_ListConsumerGroupOffsets_destroy(nint request);

    [LibraryImport(Library)]
    internal static partial void rd_kafka_ListConsumerGroupOffsets(nint client, nint* requests, nuint count, nint options, nint queue);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_event_ListConsumerGroupOffsets_result(nint queueEvent);

    [LibraryImport(Library)]
    internal static partial nint* rd_kafka_ListConsumerGroupOffsets_result_groups(nint result, out nuint count);

    [LibraryImport(Library)]
    internal static partial nint rd_kafka_group_result_error(nint group);

    [LibraryImport(Library)]
    internal static partial RawTopicPartitionList* rd_kafka_group_result_partitions(nint group);
}
