using System.Buffers.Binary;
using System.Buffers.Text;

namespace Headrace.Avro;

/// <summary>Dates, times, durations and UUIDs between .NET and Avro's logical types. A value that .NET cannot hold is a format error.</summary>
internal static class AvroTime
{
    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    public static int DaysOf(DateOnly date) => date.DayNumber - Epoch;

    public static DateOnly Date(int days) => (uint)((long)days + Epoch) <= (uint)DateOnly.MaxValue.DayNumber && (long)days + Epoch >= 0
        ? DateOnly.FromDayNumber(days + Epoch)
        : throw Beyond("date", days);

    /// <summary>Units since 1970; what is finer than the unit is cut off towards the past.</summary>
    public static long UnitsOf(DateTimeOffset time, AvroLogical unit) => Units(time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks, unit);

    public static DateTimeOffset Timestamp(long units, AvroLogical unit) => new(TicksOf(units, unit), TimeSpan.Zero);

    /// <summary>Of a local timestamp the clock's reading, of any other the moment; a time of no kind is taken for UTC.</summary>
    public static long UnitsOf(DateTime time, AvroLogical unit) =>
        Units((IsLocal(unit) || time.Kind != DateTimeKind.Local ? time : time.ToUniversalTime()).Ticks - DateTime.UnixEpoch.Ticks, unit);

    public static DateTime DateAndTime(long units, AvroLogical unit) => new(TicksOf(units, unit), IsLocal(unit) ? DateTimeKind.Unspecified : DateTimeKind.Utc);

    public static long UnitsOf(TimeOnly time, AvroLogical unit) => time.Ticks / TicksPer(unit);

    public static TimeOnly Time(long units, AvroLogical unit) =>
        units >= 0 && units < TimeSpan.TicksPerDay / TicksPer(unit) ? new(units * TicksPer(unit)) : throw Beyond("time of day", units);

    public static long UnitsOf(TimeSpan time, AvroLogical unit) => time.Ticks / TicksPer(unit);

    public static TimeSpan Span(long units, AvroLogical unit) =>
        Int128.Abs(units) <= long.MaxValue / TicksPer(unit) ? new(units * TicksPer(unit)) : throw Beyond("time span", units);

    /// <summary>Avro's duration: months, days, milliseconds, none of them negative.</summary>
    public static void WriteDuration(ref AvroWriter writer, TimeSpan time)
    {
        if (time < TimeSpan.Zero)
        {
            throw new MessageFormatException($"The time span {time} is negative, which Avro's duration cannot be. Use a schema of long with the logical type time-micros for it.");
        }

        Span<byte> bytes = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, 0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], time.Days);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], (int)(time.Ticks % TimeSpan.TicksPerDay / TimeSpan.TicksPerMillisecond));
        writer.WriteRaw(bytes);
    }

    public static TimeSpan ReadDuration(ref AvroReader reader)
    {
        var bytes = reader.Take(12);
        var days = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != 0 || days > TimeSpan.MaxValue.Days - 50)
        {
            throw reader.Fault("a duration has months, or more days than a TimeSpan: it is no fixed length of time");
        }

        return new((days * TimeSpan.TicksPerDay) + (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) * TimeSpan.TicksPerMillisecond));
    }

    public static void WriteUuid(ref AvroWriter writer, Guid value)
    {
        Span<byte> text = stackalloc byte[36];
        Utf8Formatter.TryFormat(value, text, out _);
        writer.WriteBytes(text);
    }

    public static Guid ReadUuid(ref AvroReader reader) =>
        Utf8Parser.TryParse(reader.ReadSpan(), out Guid value, out var read) && read == 36 ? value : throw reader.Fault("a text is no UUID");

    public static void WriteUuidFixed(ref AvroWriter writer, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        writer.WriteRaw(bytes);
    }

    public static Guid ReadUuidFixed(ref AvroReader reader) => new(reader.Take(16), bigEndian: true);

    private static bool IsLocal(AvroLogical unit) => unit is AvroLogical.LocalTimestampMillis or AvroLogical.LocalTimestampMicros or AvroLogical.LocalTimestampNanos;

    private static bool IsNanos(AvroLogical unit) => unit is AvroLogical.TimestampNanos or AvroLogical.LocalTimestampNanos;

    private static long TicksPer(AvroLogical unit) =>
        unit is AvroLogical.TimeMillis or AvroLogical.TimestampMillis or AvroLogical.LocalTimestampMillis ? TimeSpan.TicksPerMillisecond : TimeSpan.TicksPerMicrosecond;

    private static long Units(long ticks, AvroLogical unit)
    {
        if (IsNanos(unit))
        {
            return Int128.Abs(ticks) <= long.MaxValue / 100 ? ticks * 100 : throw Beyond("timestamp in nanoseconds", ticks);
        }

        var size = TicksPer(unit);
        return (ticks - (((ticks % size) + size) % size)) / size;
    }

    private static long TicksOf(long units, AvroLogical unit)
    {
        var ticks = (IsNanos(unit) ? units / 100 : (Int128)units * TicksPer(unit)) + DateTime.UnixEpoch.Ticks;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? (long)ticks : throw Beyond("timestamp", units);
    }

    private static MessageFormatException Beyond(string what, long value) => new($"A {what} of {value} is beyond what .NET or Avro can hold.");
}
