using System.Buffers.Binary;

namespace Headrace.Formats;

/// <summary>The schema's id beside a value: magic byte 0 and four bytes, before the value or in a header (https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format).</summary>
internal static class ConfluentWire
{
    public const string Header = "__value_schema_id";
    private const int Size = 5;

    /// <summary>The id, and how many bytes of the value it takes; <see langword="null"/> when there is none.</summary>
    public static (int Id, int Skip)? TryRead(ReadOnlySpan<byte> value, Record record) =>
        IdInHeader(record, out _) is { } given ? (given, 0) : IdOf(value) is { } id ? (id, Size) : null;

    /// <summary>The same, where bytes that belong to the id follow it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="record">Its record.</param>
    /// <param name="afterId">What follows the id, in the header to its end, in the value to the value's.</param>
    /// <param name="isInHeader">Whether it does so in the header.</param>
    public static int? TryRead(ReadOnlySpan<byte> value, Record record, out ReadOnlySpan<byte> afterId, out bool isInHeader)
    {
        if (IdInHeader(record, out afterId) is { } given)
        {
            isInHeader = true;
            return given;
        }

        isInHeader = false;
        afterId = value.Length >= Size ? value[Size..] : default;
        return IdOf(value);
    }

    public static byte[] IdOf(int id)
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), id);
        return bytes;
    }

    private static int? IdInHeader(Record record, out ReadOnlySpan<byte> afterId)
    {
        var headers = record.Headers;
        if (headers.Count > 0 && headers.TryGetLast(Header, out var header) && IdOf(header.Value.Span) is { } id)
        {
            afterId = header.Value.Span[Size..];
            return id;
        }

        afterId = default;
        return null;
    }

    private static int? IdOf(ReadOnlySpan<byte> bytes) => bytes.Length >= Size && bytes[0] == 0 ? BinaryPrimitives.ReadInt32BigEndian(bytes[1..]) : null;
}
