using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;

namespace Headrace.OffsetMaps;

/// <summary>Reads the map of finished offsets that lies beside a committed offset. Whatever the bytes are, it never throws.</summary>
internal static class OffsetMapReader
{
    /// <summary>Longer metadata is somebody else's: a broker takes 4,096 bytes unless it was told otherwise.</summary>
    private const int MostMetadata = 1024 * 1024;

    /// <param name="metadata">The bytes beside the committed offset.</param>
    /// <param name="committed">The committed offset.</param>
    /// <param name="finished">The finished offsets above it; empty unless the verdict is <see cref="MapVerdict.Read"/>.</param>
    public static MapVerdict Read(ReadOnlySpan<byte> metadata, long committed, out OffsetRanges finished)
    {
        finished = new();
        if (metadata.IsEmpty)
        {
            return MapVerdict.None;
        }

        var size = Base64.GetMaxDecodedFromUtf8Length(metadata.Length);
        if (metadata.Length > MostMetadata || committed < 0)
        {
            return MapVerdict.Foreign;
        }

        var decoded = new byte[size];
        if (Base64.DecodeFromUtf8(metadata, decoded, out _, out var length) != OperationStatus.Done || length == 0)
        {
            return MapVerdict.Foreign;
        }

        var encoding = (MapEncoding)decoded[0];
        if (!Enum.IsDefined(encoding))
        {
            return MapVerdict.Foreign;
        }

        if (TryRead(encoding, decoded.AsSpan(1, length - 1), committed, finished))
        {
            return MapVerdict.Read;
        }

        finished.Clear();
        return MapVerdict.Broken;
    }

    private static bool TryRead(MapEncoding encoding, ReadOnlySpan<byte> body, long committed, OffsetRanges into) => encoding switch
    {
        MapEncoding.ShortBits => body.Length >= sizeof(short) && TryReadBits(body[sizeof(short)..], BinaryPrimitives.ReadInt16BigEndian(body), committed, into),
        MapEncoding.LongBits => body.Length >= sizeof(int) && TryReadBits(body[sizeof(int)..], BinaryPrimitives.ReadInt32BigEndian(body), committed, into),
        MapEncoding.ShortRuns => TryReadRuns(body, sizeof(short), committed, into),
        MapEncoding.LongRuns => TryReadRuns(body, sizeof(int), committed, into),
        _ => false,
    };

    private static bool TryReadBits(ReadOnlySpan<byte> bits, int count, long committed, OffsetRanges into)
    {
        if (count < 0 || count > bits.Length * 8L || committed > long.MaxValue - count)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if ((bits[i >> 3] & (1 << (i & 7))) != 0)
            {
                into.Append(committed + i, committed + i + 1);
            }
        }

        return true;
    }

    private static bool TryReadRuns(ReadOnlySpan<byte> body, int size, long committed, OffsetRanges into)
    {
        if (body.Length % size != 0)
        {
            return false;
        }

        var (at, isFinished) = (committed, false);
        for (; !body.IsEmpty; body = body[size..], isFinished = !isFinished)
        {
            var run = size == sizeof(short) ? BinaryPrimitives.ReadInt16BigEndian(body) : BinaryPrimitives.ReadInt32BigEndian(body);
            if (run < 0 || at > long.MaxValue - run)
            {
                return false;
            }

            if (isFinished)
            {
                into.Append(at, at + run);
            }

            at += run;
        }

        return true;
    }
}
