namespace Headrace.Clients.Native;

/// <summary>
/// Owns an <c>rd_kafka_topic_partition_list_t</c>: what is given to the library, and where it writes results. One thread at a time; a call of the
/// library copies what it keeps, so the list may be disposed right after.
/// </summary>
internal sealed unsafe class TopicPartitionList : IDisposable
{
    private RawTopicPartitionList* _list;

    public TopicPartitionList(int capacity = 0)
    {
        Librdkafka.Load();
        _list = Librdkafka.rd_kafka_topic_partition_list_new(capacity);
    }

    public TopicPartitionList(IEnumerable<TopicPartitionEntry> entries)
        : this()
    {
        foreach (var entry in entries)
        {
            Add(entry);
        }
    }

    public int Count => Native->Count;

    internal RawTopicPartitionList* Native => _list is not null ? _list : throw new ObjectDisposedException(nameof(TopicPartitionList));

    public void Add(string topic, int partition, long offset = TopicPartitionEntry.NoOffset) => Add(new TopicPartitionEntry(topic, partition, offset));

    /// <summary>Appends a partition with its offset, leader epoch and metadata.</summary>
    public void Add(in TopicPartitionEntry entry)
    {
        var added = Librdkafka.rd_kafka_topic_partition_list_add(Native, entry.Topic, entry.Partition);
        added->Offset = entry.Offset;
        if (entry.LeaderEpoch >= 0)
        {
            Librdkafka.rd_kafka_topic_partition_set_leader_epoch(added, entry.LeaderEpoch);
        }

        if (entry.Metadata.Length > 0)
        {
            // The list frees it with the library's own allocator.
            var metadata = (byte*)Librdkafka.rd_kafka_mem_malloc(0, (nuint)entry.Metadata.Length);
            entry.Metadata.Span.CopyTo(new(metadata, entry.Metadata.Length));
            added->Metadata = metadata;
            added->MetadataLength = (nuint)entry.Metadata.Length;
        }
    }

    /// <summary>The list as it is now: after a call, with the offsets and errors that the library wrote.</summary>
    public IReadOnlyList<TopicPartitionEntry> Read() => Read(Native);

    public void Dispose()
    {
        if (_list is not null)
        {
            Librdkafka.rd_kafka_topic_partition_list_destroy(_list);
            _list = null;
        }
    }

    internal static IReadOnlyList<TopicPartitionEntry> Read(RawTopicPartitionList* list)
    {
        if (list is null || list->Count == 0)
        {
            return [];
        }

        var entries = new TopicPartitionEntry[list->Count];
        for (var i = 0; i < entries.Length; i++)
        {
            var raw = list->Elements + i;
            entries[i] = new(NativeError.Text((nint)raw->Topic)!, raw->Partition, raw->Offset)
            {
                LeaderEpoch = Librdkafka.rd_kafka_topic_partition_get_leader_epoch(raw),
                Metadata = new ReadOnlySpan<byte>(raw->Metadata, raw->Metadata is null ? 0 : (int)raw->MetadataLength).ToArray(),
                Error = (ErrorCode)raw->Error,
            };
        }

        return entries;
    }
}
