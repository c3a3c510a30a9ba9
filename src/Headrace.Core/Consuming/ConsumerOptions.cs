using Headrace.Consuming;

namespace Headrace;

/// <summary>What one consumer of a group reads, and how.</summary>
public sealed class ConsumerOptions
{
    /// <summary>The group's id (Kafka's <c>group.id</c>).</summary>
    public required string GroupId { get; init; }

    /// <summary>The names of the topics to read. A topic that does not exist is waited for; the others flow.</summary>
    public IReadOnlyCollection<string> Topics { get; init; } = [];

    /// <summary>
    /// Regular expressions (.NET's, with or without a leading <c>^</c>) that match whole topic names; resolved to explicit names from the cluster's
    /// metadata, at the start and every <see cref="TopicRefresh"/>.
    /// </summary>
    public IReadOnlyCollection<string> TopicPatterns { get; init; } = [];

    /// <summary>Topics that a pattern never matches. Default: none are left out.</summary>
    public Func<string, bool> ExcludeFromPatterns { get; init; } = static _ => false;

    /// <summary>Settings of the client library, verbatim, over our defaults.</summary>
    public IReadOnlyDictionary<string, string> ClientSettings { get; init; } = new Dictionary<string, string>();

    /// <summary>What the member's clients ask for and tell. Default: nothing.</summary>
    public ClientEvents ClientEvents { get; init; } = new();

    /// <summary>
    /// Whether the member is a static one, called after the machine: in Kubernetes after the pod, where a StatefulSet's pods keep their names. It keeps its
    /// partitions over a restart that is shorter than <c>session.timeout.ms</c>. Two members of a group on one machine would fence each other. Default no; a
    /// <c>group.instance.id</c> that is set goes before it.
    /// </summary>
    public bool StaticMember { get; init; }

    /// <summary>Records handled at once. Default: the machine's cores, at most 16.</summary>
    public int Workers { get; init; } = Math.Min(Environment.ProcessorCount, 16);

    /// <summary>Which records are handled one at a time. Default: those of a key.</summary>
    public Ordering Ordering { get; init; } = Ordering.ByKey;

    /// <summary>How the records of a topic are put together in batches; <see langword="null"/> for a topic whose records are handled one by one. Default: all are.</summary>
    public Func<string, BatchRule?>? BatchOf { get; init; }

    /// <summary>Records taken from Kafka and not yet settled, at most. Default 10,000.</summary>
    public int LookAheadRecords { get; init; } = 10_000;

    /// <summary>Bytes of such records, at most. Default 64 MB.</summary>
    public long LookAheadBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How often settled offsets are committed. Default 500 ms; also when a partition is given up and at the stop.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long the map of finished offsets may be that is committed beside an offset. Default 4,096, which brokers take (<c>offset.metadata.max.bytes</c>).
    /// A longer map is cut: what was finished beyond is handled again after a crash. 0 commits no maps.
    /// </summary>
    public int OffsetMapBytes { get; init; } = 4_096;

    /// <summary>
    /// Whether to go by a map of finished offsets that was committed without a leader epoch. Default no: it may be about a log that was cut or made again
    /// since. For a group that is shared with, or moved from, a library that commits none.
    /// </summary>
    public bool TrustMapsWithoutEpoch { get; init; }

    /// <summary>The topics that are read along with a topic. It is asked again every second: a topic that comes later is read then. Default: none.</summary>
    internal Func<string, IReadOnlyList<CompanionTopic>> CompanionsOf { get; init; } = static _ => [];

    /// <summary>Whether offsets are committed by transactions that also hold what handlers left in <see cref="Record.Outputs"/>.</summary>
    internal bool HasTransactions { get; init; }

    /// <summary>Settings of the producer of these transactions, verbatim, over our defaults.</summary>
    internal IReadOnlyDictionary<string, string> ProducerSettings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long records in flight may take when their partition is revoked. Default 10 s.</summary>
    public TimeSpan RevokeDrain { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often missing topics and patterns are looked up. Default 5 s.</summary>
    public TimeSpan TopicRefresh { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where to begin without a committed offset. Default: at the earliest record.</summary>
    public StartPosition StartAt { get; init; } = StartPosition.Earliest;
}
