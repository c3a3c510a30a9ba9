namespace Headrace;

/// <summary>How much one consumer group takes on, and where. What is not set is left to the code that maps the group.</summary>
public sealed class GroupOptions
{
    /// <summary>Records handled at once; at least 1. Default: what <c>WithWorkers</c> says, else the machine's cores, at most 16.</summary>
    public int? Workers { get; set; }

    /// <summary>Whether the group starts paused: a member that hands out no records. Default: no.</summary>
    public bool? Paused { get; set; }

    /// <summary>
    /// Whether the member is a static one, called after the machine: in Kubernetes after the pod, where a StatefulSet's pods keep their names. It keeps its
    /// partitions over a restart that is shorter than <c>session.timeout.ms</c>. Two members of a group on one machine would fence each other. Default no; a
    /// <c>group.instance.id</c> that is set goes before it.
    /// </summary>
    public bool? StaticMember { get; set; }

    /// <summary>Records taken from Kafka and not yet settled, at most; at least 1. Default 10,000.</summary>
    public int? LookAheadRecords { get; set; }

    /// <summary>Bytes of such records, at most; at least 1. Default 64 MB.</summary>
    public long? LookAheadBytes { get; set; }

    /// <summary>How often settled offsets are committed. Default 500 ms.</summary>
    public TimeSpan? CommitInterval { get; set; }

    /// <summary>How long records in flight may take when their partition is revoked. Default 10 s.</summary>
    public TimeSpan? RevokeDrain { get; set; }

    /// <summary>How often missing topics and patterns are looked up. Default 5 s.</summary>
    public TimeSpan? TopicRefresh { get; set; }

    /// <summary>
    /// How long the map of finished offsets may be that is committed beside an offset. Default 4,096, which brokers take (<c>offset.metadata.max.bytes</c>).
    /// A longer map is cut: what was finished beyond is handled again after a crash. 0 commits no maps.
    /// </summary>
    public int? OffsetMapBytes { get; set; }

    /// <summary>
    /// Whether to go by a map of finished offsets that was committed without a leader epoch. Default no: it may be about a log that was cut or made again
    /// since. For a group that is shared with, or moved from, a library that commits none.
    /// </summary>
    public bool? TrustMapsWithoutEpoch { get; set; }

    /// <summary>What happens to records that fail, over what the code says of the group.</summary>
    public FailureOptions? Failures { get; set; }

    /// <summary>Settings of this group's clients, over <see cref="ClusterOptions.Consumer"/>.</summary>
    public IDictionary<string, string> Client { get; } = new Dictionary<string, string>();
}
