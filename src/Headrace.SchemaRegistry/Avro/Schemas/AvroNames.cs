using System.Collections.Frozen;

namespace Headrace.Avro;

/// <summary>What types and logical types are called in a schema.</summary>
internal static class AvroNames
{
    private static readonly FrozenDictionary<string, AvroKind> Kinds = Enum.GetValues<AvroKind>()
        .Where(kind => kind != AvroKind.Union)
        .ToFrozenDictionary(kind => kind.ToString().ToLowerInvariant());

    private static readonly FrozenDictionary<string, AvroLogical> LogicalTypes = new Dictionary<string, AvroLogical>
    {
        ["decimal"] = AvroLogical.Decimal,
        ["uuid"] = AvroLogical.Uuid,
        ["date"] = AvroLogical.Date,
        ["time-millis"] = AvroLogical.TimeMillis,
        ["time-micros"] = AvroLogical.TimeMicros,
        ["timestamp-millis"] = AvroLogical.TimestampMillis,
        ["timestamp-micros"] = AvroLogical.TimestampMicros,
        ["timestamp-nanos"] = AvroLogical.TimestampNanos,
        ["local-timestamp-millis"] = AvroLogical.LocalTimestampMillis,
        ["local-timestamp-micros"] = AvroLogical.LocalTimestampMicros,
        ["local-timestamp-nanos"] = AvroLogical.LocalTimestampNanos,
        ["duration"] = AvroLogical.Duration,
    }.ToFrozenDictionary();

    public static string Of(AvroKind kind) => kind.ToString().ToLowerInvariant();

    public static string Of(AvroLogical logical) => LogicalTypes.Single(pair => pair.Value == logical).Key;

    /// <summary>The type of a name; <c>error</c> is a record of Avro's own calls.</summary>
    public static bool TryKind(string name, out AvroKind kind) => Kinds.TryGetValue(name == "error" ? "record" : name, out kind);

    public static AvroLogical Logical(string name) => LogicalTypes.GetValueOrDefault(name);
}
