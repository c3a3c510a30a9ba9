using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headrace.Broker.Storage;

/// <summary>
/// One thing the broker must know again after a restart. An entry is the whole state of what its key names, and replaces the one before; where it is removed, there is none
/// any more.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ClusterEntry), "cluster")]
[JsonDerivedType(typeof(TopicEntry), "topic")]
[JsonDerivedType(typeof(PartitionEntry), "partition")]
[JsonDerivedType(typeof(GroupEntry), "group")]
[JsonDerivedType(typeof(OffsetEntry), "offset")]
[JsonDerivedType(typeof(PendingOffsetEntry), "pending-offset")]
[JsonDerivedType(typeof(TransactionEntry), "transaction")]
internal abstract record JournalEntry
{
    [JsonIgnore]
    public abstract string Key { get; }

    public bool IsRemoved { get; init; }
}

internal sealed record ClusterEntry(string Id) : JournalEntry
{
    public override string Key => "cluster";
}

internal sealed record TopicEntry(Guid Id, string Name, int Partitions, IReadOnlyDictionary<string, string> Settings) : JournalEntry
{
    public override string Key => $"topic/{Id}";
}

/// <summary>What a partition's own files do not tell: where its log begins, and which leader epoch began where.</summary>
internal sealed record PartitionEntry(Guid Topic, int Index, long StartOffset, IReadOnlyList<EpochStart> Epochs) : JournalEntry
{
    public override string Key => $"partition/{Topic}/{Index}";
}

internal readonly record struct EpochStart(int Epoch, long StartOffset);

/// <summary>A group exists, with or without offsets. Its members do not outlive the broker.</summary>
internal sealed record GroupEntry(string Id) : JournalEntry
{
    public override string Key => $"group/{Id}";
}

internal sealed record OffsetEntry(string Group, string Topic, int Partition, long Offset, int LeaderEpoch, string Metadata) : JournalEntry
{
    public override string Key => $"offset/{Group}/{Topic}/{Partition}";
}

/// <summary>An offset that an open transaction wants to commit; without one where the group committed the partition itself meanwhile.</summary>
internal sealed record PendingOffsetEntry(string Group, long ProducerId, string Topic, int Partition, PendingOffset? Offset) : JournalEntry
{
    public override string Key => $"pending-offset/{Group}/{ProducerId}/{Topic}/{Partition}";
}

internal sealed record PendingOffset(long Offset, int LeaderEpoch, string Metadata);

internal sealed record TransactionEntry(string Id, StoredProducer Producer, StoredProducer Former, long TimeoutMs, string State) : JournalEntry
{
    public long? StartedAtMs { get; init; }

    /// <summary>Null when read and there are none.</summary>
    public IReadOnlyList<StoredPartition>? Partitions { get; init; }

    public IReadOnlyList<string>? Groups { get; init; }

    public override string Key => $"transaction/{Id}";
}

internal readonly record struct StoredProducer(long Id, short Epoch);

internal readonly record struct StoredPartition(Guid Topic, int Index);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(JournalEntry[]))]
internal sealed partial class JournalJson : JsonSerializerContext;
