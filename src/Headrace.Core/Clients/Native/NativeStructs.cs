using System.Runtime.InteropServices;

namespace Headrace.Clients.Native;

// The library's public structures, field for field as in rdkafka.h of 2.14. They are part of its ABI and only ever grow at the end.

/// <summary><c>rd_kafka_message_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RawMessage
{
    public int Error;
    public nint Topic;
    public int Partition;
    public byte* Payload;
    public nuint Length;
    public byte* Key;
    public nuint KeyLength;
    public long Offset;
    public nint Opaque;
}

/// <summary><c>rd_kafka_topic_partition_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RawTopicPartition
{
    public byte* Topic;
    public int Partition;
    public long Offset;
    public byte* Metadata;
    public nuint MetadataLength;
    public nint Opaque;
    public int Error;
    public nint Reserved;
}

/// <summary><c>rd_kafka_topic_partition_list_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RawTopicPartitionList
{
    public int Count;
    public int Size;
    public RawTopicPartition* Elements;
}

/// <summary><c>rd_kafka_metadata_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RawMetadata
{
    public int BrokerCount;
    public nint Brokers;
    public int TopicCount;
    public RawTopicMetadata* Topics;
    public int OriginBrokerId;
    public nint OriginBrokerName;
}

/// <summary><c>rd_kafka_metadata_topic_t</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RawTopicMetadata
{
    public byte* Topic;
    public int PartitionCount;
    public nint Partitions;
    public int Error;
}

/// <summary><c>rd_kafka_vu_t</c>: one tagged argument of <c>rd_kafka_produceva</c>, its union padded to 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 72)]
internal unsafe struct RawProduceArgument
{
    public const int TopicHandle = 2;
    public const int Partition = 3;
    public const int Value = 4;
    public const int Key = 5;
    public const int Opaque = 6;
    public const int Flags = 7;
    public const int Timestamp = 8;
    public const int Header = 9;

    public int Kind;
    private readonly int _padding;
    public nint First;
    public nint Second;
    public nint Third;

    public static RawProduceArgument Of(int kind, nint first, nint second = 0, nint third = 0) =>
        new() { Kind = kind, First = first, Second = second, Third = third };
}
