using System.Buffers.Binary;

namespace Headrace.Tests.Delivery;

/// <summary>
/// The map of finished offsets as Confluent's Parallel Consumer writes and reads it, written a second time here, from its description alone: base64 of a letter
/// and big-endian integers. <c>l</c>: a 16-bit length and bits, from the lowest on, of what is complete; <c>n</c> and <c>e</c>: 16 or 32-bit runs, the first
/// of what is incomplete.
/// </summary>
internal static class ForeignMap
{
    /// <summary>What is finished above the committed offset.</summary>
    public static IEnumerable<long> Finished((long Offset, int LeaderEpoch, string Metadata) committed)
    {
        var bytes = Convert.FromBase64String(committed.Metadata);
        return bytes.Length == 0 ? [] : bytes[0] switch
        {
            (byte)'l' => Bits(bytes.AsSpan(3), BinaryPrimitives.ReadInt16BigEndian(bytes.AsSpan(1)), committed.Offset),
            (byte)'o' => Bits(bytes.AsSpan(5), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1)), committed.Offset),
            (byte)'n' => Runs(bytes.AsSpan(1), sizeof(short), committed.Offset),
            (byte)'e' => Runs(bytes.AsSpan(1), sizeof(int), committed.Offset),
            var other => throw new InvalidOperationException($"The map begins with {(char)other}."),
        };
    }

    public static string Write(long committed, IReadOnlySet<long> finished)
    {
        var length = (int)(finished.Max() - committed + 1);
        var bytes = new byte[4 + ((length + 7) / 8)];
        bytes[0] = (byte)'l';
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(1), (short)length);
        for (var i = 0; i < length; i++)
        {
            bytes[3 + (i / 8)] |= (byte)(finished.Contains(committed + i) ? 1 << (i % 8) : 0);
        }

        return Convert.ToBase64String(bytes);
    }

    private static List<long> Bits(ReadOnlySpan<byte> bits, int length, long from)
    {
        var finished = new List<long>();
        for (var i = 0; i < length; i++)
        {
            if ((bits[i / 8] & (1 << (i % 8))) != 0)
            {
                finished.Add(from + i);
            }
        }

        return finished;
    }

    private static List<long> Runs(ReadOnlySpan<byte> runs, int size, long from)
    {
        var finished = new List<long>();
        for (var isFinished = false; runs.Length > 0; isFinished = !isFinished, runs = runs[size..])
        {
            var length = size == sizeof(short) ? BinaryPrimitives.ReadInt16BigEndian(runs) : BinaryPrimitives.ReadInt32BigEndian(runs);
            for (var i = 0; i < length; i++, from++)
            {
                if (isFinished)
                {
                    finished.Add(from);
                }
            }
        }

        return finished;
    }
}
