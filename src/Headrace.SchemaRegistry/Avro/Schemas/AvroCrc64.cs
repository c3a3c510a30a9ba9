namespace Headrace.Avro;

/// <summary>CRC-64-AVRO: the Rabin fingerprint of the specification's "Schema Fingerprints".</summary>
internal static class AvroCrc64
{
    private const ulong Empty = 0xc15d213aa4d7a795;
    private static readonly ulong[] Table = MakeTable();

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var print = Empty;
        foreach (var next in bytes)
        {
            print = (print >> 8) ^ Table[(byte)(print ^ next)];
        }

        return print;
    }

    private static ulong[] MakeTable()
    {
        var table = new ulong[256];
        for (var index = 0; index < table.Length; index++)
        {
            var print = (ulong)index;
            for (var bit = 0; bit < 8; bit++)
            {
                print = (print >> 1) ^ (Empty & (0 - (print & 1)));
            }

            table[index] = print;
        }

        return table;
    }
}
