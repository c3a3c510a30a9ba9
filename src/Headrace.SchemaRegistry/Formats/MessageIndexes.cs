namespace Headrace.Formats;

/// <summary>Which message of its file a value is: the path to it, its length first, all as zigzag varints; the first message alone is one byte, 0 (Confluent's wire format for Protobuf).</summary>
internal static class MessageIndexes
{
    /// <summary>How deep messages may lie inside one another.</summary>
    private const int MaxDepth = 32;

    private static readonly int[] First = [0];

    /// <summary>How many bytes the path has that these begin with.</summary>
    /// <exception cref="MessageFormatException">The bytes are no path.</exception>
    public static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        for (var count = ReadCount(bytes, ref position); count > 0; count--)
        {
            ReadNumber(bytes, ref position);
        }

        return position;
    }

    /// <exception cref="MessageFormatException">The bytes are no path.</exception>
    public static int[] Read(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        var count = ReadCount(bytes, ref position);
        if (count == 0)
        {
            return First;
        }

        var path = new int[count];
        for (var index = 0; index < count; index++)
        {
            path[index] = ReadNumber(bytes, ref position) is >= 0 and var part ? part : throw Fault("a part of its path is negative");
        }

        return path;
    }

    public static byte[] Write(IReadOnlyList<int> path)
    {
        if (path is [0])
        {
            return [0];
        }

        var bytes = new List<byte>();
        WriteNumber(bytes, path.Count);
        foreach (var part in path)
        {
            WriteNumber(bytes, part);
        }

        return [.. bytes];
    }

    private static int ReadCount(ReadOnlySpan<byte> bytes, ref int position) =>
        ReadNumber(bytes, ref position) is >= 0 and <= MaxDepth and var count ? count : throw Fault($"its path does not have from 1 to {MaxDepth} parts");

    private static int ReadNumber(ReadOnlySpan<byte> bytes, ref int position)
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if (position >= bytes.Length)
            {
                throw Fault("the value ends inside its path");
            }

            var next = bytes[position++];
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (int)(value >> 1) ^ -(int)(value & 1);
            }
        }

        throw Fault("a number of its path has more than 32 bits");
    }

    private static void WriteNumber(List<byte> bytes, int number)
    {
        var rest = (uint)number << 1;
        for (; rest >= 0x80; rest >>= 7)
        {
            bytes.Add((byte)(rest | 0x80));
        }

        bytes.Add((byte)rest);
    }

    private static MessageFormatException Fault(string what) => new($"The value does not say which message of its schema it is: {what}.");
}
