namespace Headrace.Avro;

/// <summary>Single values that take more than one call, called by compiled code.</summary>
internal static class Scalars
{
    public static void WriteBytes(ref AvroWriter writer, byte[] value) => writer.WriteBytes(value);

    public static void WriteMemory(ref AvroWriter writer, ReadOnlyMemory<byte> value) => writer.WriteBytes(value.Span);

    public static ReadOnlyMemory<byte> ReadMemory(ref AvroReader reader) => reader.ReadBytes();

    public static void WriteFixed(ref AvroWriter writer, byte[] value, int size)
    {
        if (value.Length != size)
        {
            throw new MessageFormatException($"The message cannot be written: a fixed has {size} bytes, and the value {value.Length}.");
        }

        writer.WriteRaw(value);
    }

    public static void WriteRaw(ref AvroWriter writer, byte[] bytes) => writer.WriteRaw(bytes);

    public static MessageFormatException Null(string path) =>
        new($"The message cannot be written: {path} is null, and its schema allows no null. Give it a value, or make it nullable.");

    public static MessageFormatException NoBranch(object? value, string path) =>
        new($"The message cannot be written: {path} is {(value is null ? "null" : $"a {value.GetType().Name}")}, which its schema does not know. Name the type with [JsonDerivedType].");
}
