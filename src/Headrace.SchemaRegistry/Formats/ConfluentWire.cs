using System.Buffers;
using System.Buffers.Binary;

namespace Headrace.Formats;

/// <summary>The schema's id beside a value: magic byte 0 and four bytes, before the value or in a header (https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format).</summary>
internal static class ConfluentWire
{
    public const string Header = "__value_schema_id";
    private const int Size = 5;

    /// <summary>The id, and how many bytes of the value it takes; <see langword="null"/> when there is none.</summary>
    public static (int Id, int Skip)? TryRead(ReadOnlySpan<byte> value, Record record)
    {
        var headers = record.Headers;
        if (headers.Count > 0 && headers.TryGetLast(Header, out var header) && IdOf(header.Value.Span) is { } given)
        {
            return (given, 0);
        }

        return IdOf(value) is { } id ? (id, Size) : null;
    }

    public static void Write(IBufferWriter<byte> value, int id)
    {
        Fill(value.GetSpan(Size), id);
        value.Advance(Size);
    }

    public static byte[] HeaderOf(int id)
    {
        var bytes = new byte[Size];
        Fill(bytes, id);
        return bytes;
    }

    private static int? IdOf(ReadOnlySpan<byte> bytes) => bytes.Length >= Size && bytes[0] == 0 ? BinaryPrimitives.ReadInt32BigEndian(bytes[1..]) : null;

    private static void Fill(Span<byte> bytes, int id)
    {
        bytes[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(bytes[1..], id);
    }
}
