using System.Runtime.InteropServices;

namespace Headrace.Clients.Native;

// Who a topic is: the administration call that shows its id.
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
}
