namespace Headrace;

/// <summary>What a group does in this process at one moment. Counts are since the start of the process.</summary>
public sealed record GroupStatus
{
    /// <summary>The group's name.</summary>
    public required string Name { get; init; }

    /// <summary>The state of this process's member.</summary>
    public required ConsumerState State { get; init; }

    /// <summary>Records handled to the end.</summary>
    public long Handled { get; init; }

    /// <summary>Tries that ended in an exception.</summary>
    public long Failed { get; init; }

    /// <summary>Those of them after which the record was to be tried again.</summary>
    public long Retried { get; init; }

    /// <summary>Records that a dead-letter topic has acknowledged.</summary>
    public long DeadLettered { get; init; }

    /// <summary>What waits in the group's dead-letter topics, of all members, counted every second; empty until it was counted.</summary>
    public IReadOnlyList<DeadLetterSummary> DeadLetters { get; init; } = [];

    /// <summary>Records that this member may handle at once.</summary>
    public int Workers { get; init; }

    /// <summary>Records that this member is handling.</summary>
    public int InFlight { get; init; }

    /// <summary>Records between the group's committed offsets and the ends of its topics, of all members; <see langword="null"/> while the broker has not said.</summary>
    public long? Lag { get; init; }

    /// <summary>What is wrong now, or else the newest failure.</summary>
    public string? LastError { get; init; }

    /// <summary>Why the group is not consuming, or not connected; <see langword="null"/> when nothing keeps it.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>Whether the cluster answers this member.</summary>
    public bool IsConnected { get; init; }

    /// <summary>Topics that are mapped and do not exist.</summary>
    public IReadOnlyCollection<string> MissingTopics { get; init; } = [];

    /// <summary>The partitions of this member.</summary>
    public IReadOnlyList<PartitionSnapshot> Partitions { get; init; } = [];

    /// <summary>The partitions of retry, parking and redrive topics that this member reads along with those, and when their next record is due.</summary>
    public IReadOnlyList<PartitionSnapshot> Companions { get; init; } = [];

    /// <summary>Records of this member's partitions that are parked: they wait for another try, for a redrive, or behind one that does. Only with <c>WithOrderKept</c>.</summary>
    public int Parked { get; init; }
}
