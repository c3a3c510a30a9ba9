using System.IO.Compression;

namespace Headrace.Broker.Records;

/// <summary>The parts of one record that the broker ever looks at.</summary>
internal readonly record struct RecordHead(int OffsetDelta, long TimestampDelta, bool HasKey);

/// <summary>Walks the records inside a batch, when the batch is not compressed or is compressed with gzip: the base library has no other codec of Kafka's.</summary>
internal ref struct RecordReader
{
    // A batch is small; what it decompresses to is the client's word, so there is a limit to believing it.
    private const int MaxDecompressed = 64 * 1024 * 1024;

    private ReadOnlySpan<byte> _rest;
    private ReadOnlySpan<byte> _fromKey;
    private long _keyLength;
    private int _left;

    private RecordReader(ReadOnlySpan<byte> records, int count)
    {
        _rest = records;
        _left = count;
        Current = default;
    }

    public RecordHead Current { get; private set; }

    /// <summary>The current record with its length in front.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>False when the codec cannot be read here, or the compressed bytes are broken.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> batch, scoped in BatchHeader header, out RecordReader reader)
    {
        reader = default;
        var records = batch[BatchHeader.Size..];
        switch (header.Compression)
        {
            case Compression.None:
                break;
            case Compression.Gzip when Decompress(records) is { } decompressed:
                records = decompressed;
                break;
            default:
                return false;
        }

        reader = new RecordReader(records, header.RecordCount);
        return true;
    }

    /// <summary>False at the end, and at the first record that is not well formed.</summary>
    public bool MoveNext()
    {
        var whole = _rest;
        if (_left <= 0 || !TryVarint(ref _rest, out var length) || length < 0 || length > _rest.Length)
        {
            return false;
        }

        var next = _rest[(int)length..];
        var fields = _rest[..(int)length];
        if (fields.IsEmpty)
        {
            return false;
        }

        fields = fields[1..];
        if (!TryVarint(ref fields, out var timestampDelta) || !TryVarint(ref fields, out var offsetDelta) || !TryVarint(ref fields, out var keyLength))
        {
            return false;
        }

        _left--;
        _rest = next;
        _fromKey = fields;
        _keyLength = keyLength;
        Bytes = whole[..(whole.Length - next.Length)];
        Current = new RecordHead((int)offsetDelta, timestampDelta, keyLength >= 0);
        return true;
    }

    /// <summary>The current record's key, and whether it has no value. False if it has no key, or is not well formed behind it.</summary>
    public readonly bool TryReadKey(out ReadOnlySpan<byte> key, out bool isTombstone)
    {
        key = default;
        isTombstone = false;
        if (_keyLength < 0 || _keyLength > _fromKey.Length)
        {
            return false;
        }

        key = _fromKey[..(int)_keyLength];
        var rest = _fromKey[(int)_keyLength..];
        var isSound = TryVarint(ref rest, out var valueLength);
        isTombstone = isSound && valueLength < 0;
        return isSound;
    }

    private static byte[]? Decompress(ReadOnlySpan<byte> compressed)
    {
        try
        {
            using var source = new MemoryStream(compressed.ToArray(), writable: false);
            using var gzip = new GZipStream(source, CompressionMode.Decompress);
            using var target = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (gzip.Read(buffer) is var read and > 0)
            {
                if (target.Length + read > MaxDecompressed)
                {
                    return null;
                }

                target.Write(buffer, 0, read);
            }

            return target.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    // Zigzag, up to 64 bits.
    private static bool TryVarint(ref ReadOnlySpan<byte> bytes, out long value)
    {
        ulong raw = 0;
        for (var i = 0; i < bytes.Length && i < 10; i++)
        {
            raw |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                value = (long)(raw >> 1) ^ -(long)(raw & 1);
                return true;
            }
        }

        value = 0;
        return false;
    }
}
