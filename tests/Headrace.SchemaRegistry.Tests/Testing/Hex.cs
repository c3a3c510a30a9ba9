using System.Buffers;

namespace Headrace.Schemas.Testing;

/// <summary>Bytes as text, and messages as such bytes.</summary>
internal static class Hex
{
    public static string Of<T>(AvroCodec<T> codec, T message)
    {
        var output = new ArrayBufferWriter<byte>();
        codec.Encode(message, output);
        return Convert.ToHexStringLower(output.WrittenSpan);
    }

    public static T Read<T>(AvroCodec<T> codec, string hex, string? writer = null)
    {
        var bytes = Convert.FromHexString(hex);
        return writer is null ? codec.Decode(bytes) : codec.Decode(bytes, AvroSchema.Parse(writer));
    }
}
