using System.Buffers.Binary;

namespace Headrace.Tests.Producing;

/// <summary>murmur2 as Java's client computes it (32 bits, seed 0x9747b28c), written for the tests alone.</summary>
internal static class Murmur2
{
    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions) => (int)(Hash(key) & int.MaxValue) % partitions;

    private static uint Hash(ReadOnlySpan<byte> key)
    {
        const uint Multiplier = 0x5bd1e995;
        var hash = 0x9747b28c ^ (uint)key.Length;
        for (; key.Length >= 4; key = key[4..])
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(key) * Multiplier;
            hash = (hash * Multiplier) ^ ((word ^ (word >> 24)) * Multiplier);
        }

        for (var i = key.Length - 1; i >= 0; i--)
        {
            hash ^= (uint)key[i] << (8 * i);
        }

        hash = key.Length > 0 ? hash * Multiplier : hash;
        hash = (hash ^ (hash >> 13)) * Multiplier;
        return hash ^ (hash >> 15);
    }
}
