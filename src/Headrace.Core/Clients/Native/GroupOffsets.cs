namespace Headrace.Clients.Native;

/// <summary>The administration call that shows what a group has committed, in every partition.</summary>
internal static class GroupOffsets
{
    /// <summary>
    /// Asks the group's coordinator; waits for it at most <paramref name="timeout"/>. The client must be a consumer with a <c>group.id</c>, of whatever
    /// group: where the coordinator is not the coordinator (any more), the library looks for that of the client's own group, and reads a null pointer
    /// in a client that has none (confluentinc/librdkafka#5040).
    /// </summary>
    internal static unsafe NativeError Ask(nint client, string group, TimeSpan timeout, out IReadOnlyList<TopicPartitionEntry> offsets)
    {
        const int ListConsumerGroupOffsets = 14;
        offsets = [];
        var request = Librdkafka.rd_kafka_ListConsumerGroupOffsets_new(group, null);
        using var call = new AdminCall(client, ListConsumerGroupOffsets, timeout, asksCoordinator: true);
        Librdkafka.rd_kafka_ListConsumerGroupOffsets(client, &request, 1, call.Options, call.Queue);
        var answer = call.Answer();
        try
        {
            var error = answer == 0
                ? new(ErrorCode.TimedOut)
                : new NativeError((ErrorCode)Librdkafka.rd_kafka_event_error(answer), NativeError.Text(Librdkafka.rd_kafka_event_error_string(answer)));
            return error.IsNone ? Read(Librdkafka.rd_kafka_event_ListConsumerGroupOffsets_result(answer), out offsets) : error;
        }
        finally
        {
            if (answer != 0)
            {
                Librdkafka.rd_kafka_event_destroy(answer);
            }

            Librdkafka.rd_kafka_ListConsumerGroupOffsets_destroy(request);
        }
    }

    private static unsafe NativeError Read(nint result, out IReadOnlyList<TopicPartitionEntry> offsets)
    {
        var group = *Librdkafka.rd_kafka_ListConsumerGroupOffsets_result_groups(result, out _);
        offsets = TopicPartitionList.Read(Librdkafka.rd_kafka_group_result_partitions(group));
        var error = Librdkafka.rd_kafka_group_result_error(group);
        return error == 0 ? default : new((ErrorCode)Librdkafka.rd_kafka_error_code(error), NativeError.Text(Librdkafka.rd_kafka_error_string(error)));
    }
}
