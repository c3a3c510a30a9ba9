using System.Collections.Frozen;
using System.Globalization;
using Headrace.Broker.Log;

namespace Headrace.Broker.Topics;

/// <summary>What was set on a topic, over Kafka's defaults. Immutable: a change makes a new one.</summary>
/// <remarks>
/// Every setting of Kafka 4 can be stored and is read back with its source, since tools check that. The broker itself acts on those that <see cref="AppendRules"/>
/// names; the rest has no effect here.
/// </remarks>
internal sealed class TopicSettings
{
    public static readonly FrozenDictionary<string, TopicSetting> Known = new TopicSetting[]
    {
        new("cleanup.policy", SettingType.List, "delete", "log.cleanup.policy", Allowed: ["delete", "compact"]),
        new("compression.gzip.level", SettingType.Int, "-1", "compression.gzip.level", -1),
        new("compression.lz4.level", SettingType.Int, "9", "compression.lz4.level", 1),
        new("compression.type", SettingType.String, "producer", "compression.type", Allowed: ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]),
        new("compression.zstd.level", SettingType.Int, "3", "compression.zstd.level"),
        new("delete.retention.ms", SettingType.Long, "86400000", "log.cleaner.delete.retention.ms", 0),
        new("file.delete.delay.ms", SettingType.Long, "60000", "log.segment.delete.delay.ms", 0),
        new("flush.messages", SettingType.Long, "9223372036854775807", "log.flush.interval.messages", 1),
        new("flush.ms", SettingType.Long, "9223372036854775807", null, 0),
        new("follower.replication.throttled.replicas", SettingType.List, ""),
        new("index.interval.bytes", SettingType.Int, "4096", "log.index.interval.bytes", 0),
        new("leader.replication.throttled.replicas", SettingType.List, ""),
        new("local.retention.bytes", SettingType.Long, "-2", "log.local.retention.bytes", -2),
        new("local.retention.ms", SettingType.Long, "-2", "log.local.retention.ms", -2),
        new("max.compaction.lag.ms", SettingType.Long, "9223372036854775807", "log.cleaner.max.compaction.lag.ms", 1),
        new("max.message.bytes", SettingType.Int, "1048588", "message.max.bytes", 0),
        new("message.timestamp.after.max.ms", SettingType.Long, "3600000", "log.message.timestamp.after.max.ms", 0),
        new("message.timestamp.before.max.ms", SettingType.Long, "9223372036854775807", "log.message.timestamp.before.max.ms", 0),
        new("message.timestamp.type", SettingType.String, "CreateTime", "log.message.timestamp.type", Allowed: ["CreateTime", "LogAppendTime"]),
        new("min.cleanable.dirty.ratio", SettingType.Double, "0.5", "log.cleaner.min.cleanable.ratio"),
        new("min.compaction.lag.ms", SettingType.Long, "0", "log.cleaner.min.compaction.lag.ms", 0),
        new("min.insync.replicas", SettingType.Int, "1", "min.insync.replicas", 1),
        new("preallocate", SettingType.Boolean, "false", "log.preallocate"),
        new("remote.log.copy.disable", SettingType.Boolean, "false"),
        new("remote.log.delete.on.disable", SettingType.Boolean, "false"),
        new("remote.storage.enable", SettingType.Boolean, "false"),
        new("retention.bytes", SettingType.Long, "-1", "log.retention.bytes"),
        new("retention.ms", SettingType.Long, "604800000", null, -1),
        new("segment.bytes", SettingType.Int, "1073741824", "log.segment.bytes", 14),
        new("segment.index.bytes", SettingType.Int, "10485760", "log.index.size.max.bytes", 4),
        new("segment.jitter.ms", SettingType.Long, "0", null, 0),
        new("segment.ms", SettingType.Long, "604800000", null, 1),
        new("unclean.leader.election.enable", SettingType.Boolean, "false", "unclean.leader.election.enable"),
    }.ToFrozenDictionary(setting => setting.Name, StringComparer.Ordinal);

    public static readonly TopicSettings Default = new(new Dictionary<string, string>());

    private readonly IReadOnlyDictionary<string, string> _set;

    /// <summary>The values must be known and valid; <see cref="FaultOf"/> tells.</summary>
    public TopicSettings(IReadOnlyDictionary<string, string> set)
    {
        _set = set;
        AppendRules = new AppendRules(
            (int)Number("max.message.bytes"),
            this["message.timestamp.type"] == "LogAppendTime",
            Policy.Contains("compact", StringComparison.Ordinal),
            Number("message.timestamp.after.max.ms"),
            Number("message.timestamp.before.max.ms"),
            (int)Number("segment.bytes"),
            Number("segment.ms"));
        Retention = Policy.Contains("delete", StringComparison.Ordinal) ? new RetentionRules(Number("retention.ms"), Number("retention.bytes")) : new RetentionRules(-1, -1);
    }

    /// <summary>The settings whose value is not the default's because somebody set it.</summary>
    public IReadOnlyDictionary<string, string> Set => _set;

    public AppendRules AppendRules { get; }

    public RetentionRules Retention { get; }

    /// <summary>Null: all records of a key stay.</summary>
    public CompactionRules? Compaction => !Policy.Contains("compact", StringComparison.Ordinal) ? null : new CompactionRules(
        Number("delete.retention.ms"),
        double.Parse(this["min.cleanable.dirty.ratio"], CultureInfo.InvariantCulture),
        Number("min.compaction.lag.ms"),
        Number("max.compaction.lag.ms"));

    private string Policy => this["cleanup.policy"];

    public string this[string name] => _set.TryGetValue(name, out var value) ? value : Known[name].Default;

    public static string? FaultOf(string name, string value) =>
        Known.TryGetValue(name, out var setting) ? setting.FaultOf(value) : $"Unknown topic config name: {name}";

    private long Number(string name) => long.Parse(this[name], CultureInfo.InvariantCulture);
}
