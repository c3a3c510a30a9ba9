namespace Headrace.Avro;

/// <summary>The logical types that change what a value means here. Any other is ignored, as the specification demands.</summary>
internal enum AvroLogical
{
    None,
    Decimal,
    Uuid,
    Date,
    TimeMillis,
    TimeMicros,
    TimestampMillis,
    TimestampMicros,
    TimestampNanos,
    LocalTimestampMillis,
    LocalTimestampMicros,
    LocalTimestampNanos,
    Duration,
}
