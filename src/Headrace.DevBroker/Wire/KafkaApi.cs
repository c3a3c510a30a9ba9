namespace Headrace;

/// <summary>The requests of the Kafka protocol, by their number on the wire (https://kafka.apache.org/protocol#protocol_api_keys).</summary>
public enum KafkaApi : short
{
    /// <summary>Records are written.</summary>
    Produce = 0,

    /// <summary>Records are read.</summary>
    Fetch = 1,

    /// <summary>Offsets are looked up: first, last, by time.</summary>
    ListOffsets = 2,

    /// <summary>Brokers, topics and partitions are asked for; it may create a topic.</summary>
    Metadata = 3,

    /// <summary>A group stores offsets.</summary>
    OffsetCommit = 8,

    /// <summary>A group asks for its stored offsets.</summary>
    OffsetFetch = 9,

    /// <summary>The broker that serves a group or a transactional id is asked for.</summary>
    FindCoordinator = 10,

    /// <summary>A member joins a classic group.</summary>
    JoinGroup = 11,

    /// <summary>A member of a classic group is alive.</summary>
    Heartbeat = 12,

    /// <summary>Members leave a classic group.</summary>
    LeaveGroup = 13,

    /// <summary>A member of a classic group asks for its assignment.</summary>
    SyncGroup = 14,

    /// <summary>Classic groups are described.</summary>
    DescribeGroups = 15,

    /// <summary>Groups are listed.</summary>
    ListGroups = 16,

    /// <summary>A new connection asks what the broker speaks.</summary>
    ApiVersions = 18,

    /// <summary>Topics are created.</summary>
    CreateTopics = 19,

    /// <summary>Topics are deleted.</summary>
    DeleteTopics = 20,

    /// <summary>A log is cut at its start.</summary>
    DeleteRecords = 21,

    /// <summary>A producer asks for its id and epoch.</summary>
    InitProducerId = 22,

    /// <summary>The end of a leader epoch is asked for.</summary>
    OffsetForLeaderEpoch = 23,

    /// <summary>Partitions join a transaction.</summary>
    AddPartitionsToTxn = 24,

    /// <summary>A group's offsets join a transaction.</summary>
    AddOffsetsToTxn = 25,

    /// <summary>A transaction is committed or aborted.</summary>
    EndTxn = 26,

    /// <summary>Offsets are stored within a transaction.</summary>
    TxnOffsetCommit = 28,

    /// <summary>Settings are read.</summary>
    DescribeConfigs = 32,

    /// <summary>Settings are replaced.</summary>
    AlterConfigs = 33,

    /// <summary>What takes how much room where.</summary>
    DescribeLogDirs = 35,

    /// <summary>Topics grow.</summary>
    CreatePartitions = 37,

    /// <summary>Groups are deleted.</summary>
    DeleteGroups = 42,

    /// <summary>Partitions are to elect leaders.</summary>
    ElectLeaders = 43,

    /// <summary>Settings are changed.</summary>
    IncrementalAlterConfigs = 44,

    /// <summary>Partitions that move to other brokers are listed.</summary>
    ListPartitionReassignments = 46,

    /// <summary>A group's offsets are deleted.</summary>
    OffsetDelete = 47,

    /// <summary>The cluster is described.</summary>
    DescribeCluster = 60,

    /// <summary>Producers of a partition are listed.</summary>
    DescribeProducers = 61,

    /// <summary>Transactions are described.</summary>
    DescribeTransactions = 65,

    /// <summary>Transactions are listed.</summary>
    ListTransactions = 66,

    /// <summary>A member of a KIP-848 group joins, stays or leaves.</summary>
    ConsumerGroupHeartbeat = 68,

    /// <summary>KIP-848 groups are described.</summary>
    ConsumerGroupDescribe = 69,

    /// <summary>Partitions are described, page by page.</summary>
    DescribeTopicPartitions = 75,
}
