namespace Headrace;

/// <summary>What a consumer is doing at one moment.</summary>
public sealed record ConsumerSnapshot
{
    /// <summary>The consumer's state.</summary>
    public required ConsumerState State { get; init; }

    /// <summary>What stopped it, when <see cref="State"/> is <see cref="ConsumerState.Faulted"/>.</summary>
    public Exception? Fault { get; init; }

    /// <summary>The newest error of the client library that is not yet over: Kafka away, not authorized, and the like.</summary>
    public string? LastError { get; init; }

    /// <summary>Whether the cluster answers.</summary>
    public bool IsConnected { get; init; }

    /// <summary>Topics that are mapped and do not exist.</summary>
    public IReadOnlyCollection<string> MissingTopics { get; init; } = [];

    /// <summary>The partitions this consumer has, with how far it is.</summary>
    public IReadOnlyList<PartitionSnapshot> Partitions { get; init; } = [];

    /// <summary>The partitions of retry, parking and redrive topics that it has along with those.</summary>
    public IReadOnlyList<PartitionSnapshot> Companions { get; init; } = [];

    /// <summary>Records settled since the start.</summary>
    public long Settled { get; init; }

    /// <summary>Records that were not handled again, since the start: the group had finished them before, above its committed offset.</summary>
    public long AlreadyFinished { get; init; }

    /// <summary>
    /// Maps of finished offsets found beside a committed offset and not gone by, since the start: broken, somebody else's, without an epoch, or about
    /// another log. The records are handled again.
    /// </summary>
    public long IgnoredOffsetMaps { get; init; }

    /// <summary>Partitions that started over, since the start, because their topic was deleted and made again.</summary>
    public long ReplacedTopics { get; init; }

    /// <summary>Partitions whose log was found cut below what was read of it, since the start.</summary>
    public long CutLogs { get; init; }

    /// <summary>How long ago the consumer's loop began its newest turn: some 100 ms at most, unless it hangs. Zero while it is not started.</summary>
    public TimeSpan SinceLastTurn { get; init; }

    /// <summary>How long until a record whose try failed is next tried again in place; <see langword="null"/> when none waits.</summary>
    public TimeSpan? UntilNextTry { get; init; }

    /// <summary>Records that may be handled at once.</summary>
    public int Workers { get; init; }

    /// <summary>Records handed out and not settled.</summary>
    public int InFlight { get; init; }
}
