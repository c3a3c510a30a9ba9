using System.Buffers.Binary;
using System.Buffers.Text;

namespace Headrace.OffsetMaps;

/// <summary>
/// Writes the map of finished offsets that lies beside a committed offset. Of the encodings it takes the one that says most, and of those the shortest; where
/// none can say all, the map is cut: what is above counts as unfinished, which is always safe.
/// </summary>
internal static class OffsetMapWriter
{
    private static readonly MapEncoding[] Encodings = [MapEncoding.ShortBits, MapEncoding.LongBits, MapEncoding.ShortRuns, MapEncoding.LongRuns];

    /// <param name="committed">The committed offset.</param>
    /// <param name="finished">The finished offsets above it.</param>
    /// <param name="mostBytes">The largest metadata that may be written.</param>
    /// <param name="isWhole">Whether everything is in the map.</param>
    /// <returns>The metadata; empty when there is nothing to say, or no room to say it.</returns>
    public static byte[] Write(long committed, OffsetRanges finished, int mostBytes, out bool isWhole)
    {
        var room = mostBytes / 4 * 3;
        var (best, end, size) = (default(MapEncoding), committed, 0);
        foreach (var encoding in finished.Count > 0 ? Encodings : [])
        {
            var (covered, length) = Measure(encoding, committed, finished, room);
            if (covered > end || (covered == end && length < size))
            {
                (best, end, size) = (encoding, covered, length);
            }
        }

        isWhole = finished.Count == 0 || end == finished.End;
        if (size == 0)
        {
            return [];
        }

        var bytes = new byte[size];
        bytes[0] = (byte)best;
        Fill(best, bytes.AsSpan(1), committed, finished, end);
        var text = new byte[Base64.GetMaxEncodedToUtf8Length(size)];
        Base64.EncodeToUtf8(bytes, text, out _, out _);
        return text;
    }

    /// <summary>How far the encoding reaches within so many bytes, and how many it takes.</summary>
    private static (long End, int Size) Measure(MapEncoding encoding, long committed, OffsetRanges finished, int room) => encoding switch
    {
        MapEncoding.ShortBits => MeasureBits(sizeof(short), short.MaxValue, committed, finished, room),
        MapEncoding.LongBits => MeasureBits(sizeof(int), int.MaxValue, committed, finished, room),
        MapEncoding.ShortRuns => MeasureRuns(sizeof(short), short.MaxValue, committed, finished, room),
        _ => MeasureRuns(sizeof(int), int.MaxValue, committed, finished, room),
    };

    private static (long End, int Size) MeasureBits(int header, int most, long committed, OffsetRanges finished, int room)
    {
        var limit = committed + Math.Clamp((room - 1 - header - 1) * 8L, 0, most);
        var end = committed;
        foreach (var range in finished)
        {
            if (range.Start >= limit)
            {
                break;
            }

            end = Math.Min(range.End, limit);
        }

        return (end, 1 + header + BitBytes(end - committed));
    }

    private static (long End, int Size) MeasureRuns(int runSize, int most, long committed, OffsetRanges finished, int room)
    {
        var (end, size) = (committed, 1);
        foreach (var range in finished)
        {
            if (range.Start - end > most || size + (2 * runSize) > room)
            {
                break;
            }

            size += 2 * runSize;
            end = Math.Min(range.End, range.Start + most);
            if (end < range.End)
            {
                break;
            }
        }

        return (end, size);
    }

    private static void Fill(MapEncoding encoding, Span<byte> body, long committed, OffsetRanges finished, long end)
    {
        switch (encoding)
        {
            case MapEncoding.ShortBits:
                BinaryPrimitives.WriteInt16BigEndian(body, (short)(end - committed));
                FillBits(body[sizeof(short)..], committed, finished, end);
                break;
            case MapEncoding.LongBits:
                BinaryPrimitives.WriteInt32BigEndian(body, (int)(end - committed));
                FillBits(body[sizeof(int)..], committed, finished, end);
                break;
            default:
                FillRuns(body, encoding == MapEncoding.ShortRuns ? sizeof(short) : sizeof(int), committed, finished, end);
                break;
        }
    }

    private static void FillBits(Span<byte> bits, long committed, OffsetRanges finished, long end)
    {
        foreach (var range in finished)
        {
            for (var offset = range.Start; offset < Math.Min(range.End, end); offset++)
            {
                var bit = (int)(offset - committed);
                bits[bit >> 3] |= (byte)(1 << (bit & 7));
            }
        }
    }

    private static void FillRuns(Span<byte> body, int runSize, long committed, OffsetRanges finished, long end)
    {
        var at = committed;
        foreach (var range in finished)
        {
            if (body.IsEmpty)
            {
                return;
            }

            var until = Math.Min(range.End, end);
            WriteRun(ref body, runSize, range.Start - at);
            WriteRun(ref body, runSize, until - range.Start);
            at = until;
        }
    }

    private static void WriteRun(ref Span<byte> body, int runSize, long run)
    {
        if (runSize == sizeof(short))
        {
            BinaryPrimitives.WriteInt16BigEndian(body, (short)run);
        }
        else
        {
            BinaryPrimitives.WriteInt32BigEndian(body, (int)run);
        }

        body = body[runSize..];
    }

    // The spare byte at the end is the format's own.
    private static int BitBytes(long bits) => (int)((bits + 7) / 8) + 1;
}
