namespace Headrace.Clients.Native;

/// <summary>
/// Owns one native consumer. A group member uses two: a <em>membership</em> that subscribes, answers rebalances and commits, and a <em>fetcher</em>
/// that never subscribes and only reads what it is assigned, so that a rebalance does not pause it.
/// </summary>
/// <remarks>
/// Threads: the loop that owns it calls everything; what waits for a broker (<see cref="ReadCommitted"/>, <see cref="FindOffsetsByTime"/>,
/// <see cref="ReadWatermarks"/>, <see cref="Seek"/>, <see cref="TryReadMetadata"/>, <see cref="ReadTopicIds"/>) may be called on another thread, and destroying waits for it. Order at the end: records freed → partition queues disposed → <see cref="BeginClose"/> on the
/// membership, its last rebalance answered, <see cref="IsClosed"/> → <see cref="Destroy"/>, which cannot end while a message or event is held.
/// </remarks>
internal sealed unsafe class ConsumerHandle : IDisposable
{
    private static readonly TimeSpan DisposeDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(1);
    private readonly NativeClient _client;

    /// <summary>Takes the configuration over. Throws when the library refuses it.</summary>
    public ConsumerHandle(NativeConfiguration configuration, EventKinds events)
    {
        configuration.EnableEvents(events);
        _client = new(NativeClient.Consumer, configuration);
        _ = Librdkafka.rd_kafka_poll_set_consumer(_client.Native);
        Queue = new(_client, Librdkafka.rd_kafka_queue_get_consumer(_client.Native));
    }

    /// <summary>The consumer's own queue: rebalances, errors, logs, statistics, and messages of partitions that have no queue of their own.</summary>
    public QueueHandle Queue { get; }

    public string Name => _client.Name;

    /// <summary>Calls that wait for a broker just now.</summary>
    public int Calls => _client.Calls;

    /// <summary>Whether the assignment was lost rather than revoked: nothing may be committed for it.</summary>
    public bool IsAssignmentLost => Librdkafka.rd_kafka_assignment_lost(_client.Native) != 0;

    /// <summary><c>NONE</c>, <c>EAGER</c> or <c>COOPERATIVE</c>; known from the first rebalance on.</summary>
    public string RebalanceProtocol => NativeError.Text(Librdkafka.rd_kafka_rebalance_protocol(_client.Native)) ?? "NONE";

    /// <summary>Whether what <see cref="BeginClose"/> began is done.</summary>
    public bool IsClosed => Librdkafka.rd_kafka_consumer_closed(_client.Native) != 0;

    /// <summary>The member id that the coordinator gave; <see langword="null"/> before that.</summary>
    public string? MemberId
    {
        get
        {
            var id = Librdkafka.rd_kafka_memberid(_client.Native);
            if (id == 0)
            {
                return null;
            }

            var text = NativeError.Text(id);
            Librdkafka.rd_kafka_mem_free(_client.Native, id);
            return text;
        }
    }

    /// <summary>A queue of its own for what is answered to one caller, for example commits.</summary>
    public QueueHandle OpenQueue() => new(_client, Librdkafka.rd_kafka_queue_new(_client.Native));

    /// <summary>The partition's queue, cut off from the consumer's. Open it before the partition is assigned.</summary>
    public QueueHandle OpenPartitionQueue(string topic, int partition)
    {
        var queue = Librdkafka.rd_kafka_queue_get_partition(_client.Native, topic, partition);
        var handle = queue != 0 ? new QueueHandle(_client, queue) : throw new InvalidOperationException($"The client gave no queue for {topic}[{partition}].");
        handle.StopForwarding();
        return handle;
    }

    public NativeError Subscribe(IEnumerable<string> topics)
    {
        using var list = new TopicPartitionList();
        foreach (var topic in topics)
        {
            list.Add(topic, -1);
        }

        return NativeError.Of(Librdkafka.rd_kafka_subscribe(_client.Native, list.Native));
    }

    /// <summary>In the classic protocol this sends LeaveGroup, for static members too.</summary>
    public NativeError Unsubscribe() => NativeError.Of(Librdkafka.rd_kafka_unsubscribe(_client.Native));

    /// <summary>Replaces the assignment; <see langword="null"/> clears it.</summary>
    public NativeError Assign(TopicPartitionList? partitions) => NativeError.Of(Librdkafka.rd_kafka_assign(_client.Native, Pointer(partitions)));

    /// <summary>Adds to the assignment. An empty list acknowledges a cooperative rebalance without taking anything.</summary>
    public NativeError IncrementalAssign(TopicPartitionList partitions) =>
        NativeError.Take(Librdkafka.rd_kafka_incremental_assign(_client.Native, partitions.Native));

    /// <summary>Takes from the assignment; an empty list as in <see cref="IncrementalAssign"/>.</summary>
    public NativeError IncrementalUnassign(TopicPartitionList partitions) =>
        NativeError.Take(Librdkafka.rd_kafka_incremental_unassign(_client.Native, partitions.Native));

    /// <summary>The current assignment, copied.</summary>
    public IReadOnlyList<TopicPartitionEntry> Assignment()
    {
        if (Librdkafka.rd_kafka_assignment(_client.Native, out var list) != 0)
        {
            return [];
        }

        var entries = TopicPartitionList.Read(list);
        Librdkafka.rd_kafka_topic_partition_list_destroy(list);
        return entries;
    }

    /// <summary>Writes the group's committed offsets, epochs and metadata into the list. Waits for the coordinator, at most <paramref name="timeout"/>.</summary>
    public NativeError ReadCommitted(TopicPartitionList partitions, TimeSpan timeout)
    {
        using var call = _client.Enter();
        return NativeError.Of(Librdkafka.rd_kafka_committed(call.Client, partitions.Native, QueueHandle.Milliseconds(timeout)));
    }

    /// <summary>Sends a commit of exactly this list; the result comes as one <see cref="EventKinds.OffsetCommit"/> on <paramref name="results"/>.</summary>
    public NativeError Commit(TopicPartitionList offsets, QueueHandle results, nint opaque = 0) =>
        NativeError.Of(Librdkafka.rd_kafka_commit_queue(_client.Native, offsets.Native, results.Native, 0, opaque));

    /// <summary>Writes the position of each partition, the offset after the last message that was taken, into the list.</summary>
    public NativeError ReadPositions(TopicPartitionList partitions) => NativeError.Of(Librdkafka.rd_kafka_position(_client.Native, partitions.Native));

    /// <summary>Replaces timestamps (milliseconds, in the offsets' place) by the first offset that is not older; -1 when there is none. Waits for brokers.</summary>
    public NativeError FindOffsetsByTime(TopicPartitionList timestamps, TimeSpan timeout)
    {
        using var call = _client.Enter();
        return NativeError.Of(Librdkafka.rd_kafka_offsets_for_times(call.Client, timestamps.Native, QueueHandle.Milliseconds(timeout)));
    }

    /// <summary>Asks the leader for the oldest offset and for the one after the newest (the last stable one, for read-committed). Waits for it.</summary>
    public NativeError ReadWatermarks(string topic, int partition, TimeSpan timeout, out long low, out long high)
    {
        using var call = _client.Enter();
        return NativeError.Of(Librdkafka.rd_kafka_query_watermark_offsets(call.Client, topic, partition, out low, out high, QueueHandle.Milliseconds(timeout)));
    }

    /// <summary>Moves the fetch position; each partition's own result is in the list. Waits, at most <paramref name="timeout"/>.</summary>
    public NativeError Seek(TopicPartitionList offsets, TimeSpan timeout)
    {
        using var call = _client.Enter();
        return NativeError.Take(Librdkafka.rd_kafka_seek_partitions(call.Client, offsets.Native, QueueHandle.Milliseconds(timeout)));
    }

    /// <summary>Stops fetching and drops what was prefetched. The pause outlives an assignment: resume what is assigned again.</summary>
    public NativeError Pause(TopicPartitionList partitions) => NativeError.Of(Librdkafka.rd_kafka_pause_partitions(_client.Native, partitions.Native));

    public NativeError Resume(TopicPartitionList partitions) => NativeError.Of(Librdkafka.rd_kafka_resume_partitions(_client.Native, partitions.Native));

    public NativeError TryReadMetadata(bool onlyKnownTopics, TimeSpan timeout, out ClusterMetadata metadata) =>
        _client.TryReadMetadata(onlyKnownTopics, timeout, out metadata);

    /// <summary>The ids of topics, asked of a broker; waits for it.</summary>
    public NativeError ReadTopicIds(IReadOnlyCollection<string> topics, TimeSpan timeout, out IReadOnlyList<TopicIdentity> identities)
    {
        using var call = _client.Enter();
        return TopicIdentity.Ask(call.Client, topics, timeout, out identities);
    }

    public NativeError FatalError() => _client.FatalError();

    /// <summary>
    /// Begins to leave the group; its last rebalance comes on <paramref name="events"/>, which is polled until <see cref="IsClosed"/>.
    /// <see cref="Queue"/> must be disposed before.
    /// </summary>
    public NativeError BeginClose(QueueHandle events) => NativeError.Take(Librdkafka.rd_kafka_consumer_close_queue(_client.Native, events.Native));

    /// <summary>
    /// Makes a call while the group is being left. The library drops a call that meets the group's end, and whoever made it would wait for ever: so another
    /// thread makes it, and is left behind then.
    /// </summary>
    public static void CallWhileClosing(Action call)
    {
        var calling = new Thread(() => call()) { IsBackground = true, Name = "headrace-leave" };
        calling.UnsafeStart();
        calling.Join(CallPatience);
    }

    /// <summary>Destroys it without leaving the group; false when a message was held for longer than the deadline, and the handle is abandoned.</summary>
    public bool Destroy(TimeSpan deadline) => _client.Destroy(deadline);

    public void Dispose() => Destroy(DisposeDeadline);

    /// <summary>The group metadata that a transaction takes; freed with <see cref="FreeGroupMetadata"/>.</summary>
    internal nint TakeGroupMetadata() => Librdkafka.rd_kafka_consumer_group_metadata(_client.Native);

    internal static void FreeGroupMetadata(nint metadata) => Librdkafka.rd_kafka_consumer_group_metadata_destroy(metadata);

    private static RawTopicPartitionList* Pointer(TopicPartitionList? partitions) => partitions is null ? null : partitions.Native;
}
