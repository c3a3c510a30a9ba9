using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Headrace.Clients.Native;

/// <summary>Which topic has a name at this moment: one that is made again has another id.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Id">Its id; empty where the broker knows none.</param>
/// <param name="Error">For example that it does not exist.</param>
internal readonly record struct TopicIdentity(string Name, Guid Id, ErrorCode Error)
{
    /// <summary>Asks a broker; waits for it at most <paramref name="timeout"/>.</summary>
    internal static unsafe NativeError Ask(nint client, IReadOnlyCollection<string> topics, TimeSpan timeout, out IReadOnlyList<TopicIdentity> identities)
    {
        const int DescribeTopics = 19;
        identities = [];
        var names = topics.Select(Marshal.StringToCoTaskMemUTF8).ToArray();
        nint collection;
        fixed (nint* first = names)
        {
            // The collection copies the names.
            collection = Librdkafka.rd_kafka_TopicCollection_of_topic_names((byte**)first, (nuint)names.Length);
        }

        Array.ForEach(names, Marshal.FreeCoTaskMem);
        var queue = Librdkafka.rd_kafka_queue_new(client);
        var options = Librdkafka.rd_kafka_AdminOptions_new(client, DescribeTopics);
        _ = Librdkafka.rd_kafka_AdminOptions_set_request_timeout(options, QueueHandle.Milliseconds(timeout), null, 0);
        Librdkafka.rd_kafka_DescribeTopics(client, collection, options, queue);
        var answer = Librdkafka.rd_kafka_queue_poll(queue, QueueHandle.Milliseconds(timeout + timeout));
        try
        {
            var code = answer == 0 ? (int)ErrorCode.TimedOut : Librdkafka.rd_kafka_event_error(answer);
            identities = code == 0 ? Read(Librdkafka.rd_kafka_event_DescribeTopics_result(answer)) : identities;
            return NativeError.Of(code);
        }
        finally
        {
            if (answer != 0)
            {
                Librdkafka.rd_kafka_event_destroy(answer);
            }

            Librdkafka.rd_kafka_AdminOptions_destroy(options);
            Librdkafka.rd_kafka_TopicCollection_destroy(collection);
            Librdkafka.rd_kafka_queue_destroy(queue);
        }
    }

    private static unsafe TopicIdentity[] Read(nint result)
    {
        var topics = Librdkafka.rd_kafka_DescribeTopics_result_topics(result, out var count);
        var identities = new TopicIdentity[(int)count];
        for (var i = 0; i < identities.Length; i++)
        {
            var (name, error) = (NativeError.Text(Librdkafka.rd_kafka_TopicDescription_name(topics[i]))!, Librdkafka.rd_kafka_TopicDescription_error(topics[i]));
            var code = error == 0 ? ErrorCode.None : (ErrorCode)Librdkafka.rd_kafka_error_code(error);
            identities[i] = new(name, code == ErrorCode.None ? IdOf(Librdkafka.rd_kafka_TopicDescription_topic_id(topics[i])) : Guid.Empty, code);
        }

        return identities;
    }

    private static Guid IdOf(nint uuid)
    {
        if (uuid == 0)
        {
            return Guid.Empty;
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Librdkafka.rd_kafka_Uuid_most_significant_bits(uuid));
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], Librdkafka.rd_kafka_Uuid_least_significant_bits(uuid));
        return new(bytes, bigEndian: true);
    }
}
