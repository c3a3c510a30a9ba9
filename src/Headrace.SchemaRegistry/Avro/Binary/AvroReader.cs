using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Headrace.Avro;

/// <summary>
/// Reads Avro's binary encoding (Avro 1.12, "Binary Encoding"). The bytes may be anything: whatever they are, it ends in values or in a
/// <see cref="MessageFormatException"/>, and no length is believed that the bytes which are left cannot hold.
/// </summary>
internal ref struct AvroReader
{
    /// <summary>How many values may lie inside one another.</summary>
    public const int MaxDepth = 256;

    /// <summary>How many values without any bytes one message may hold, for example nulls in an array.</summary>
    public const int MaxEmptyValues = 100_000;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;
    private int _depth;
    private long _empties;

    public AvroReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The bytes that are left.</summary>
    public readonly int Remaining => _bytes.Length - _position;

    public readonly int Position => _position;

    /// <summary>Enters a value that holds others.</summary>
    public void Enter()
    {
        if (++_depth > MaxDepth)
        {
            Throw($"its values are nested more than {MaxDepth} deep");
        }
    }

    public void Leave() => _depth--;

    public bool ReadBoolean()
    {
        var value = Take(1)[0];
        return value <= 1 ? value == 1 : throw Fault($"a boolean is {value}, not 0 or 1");
    }

    public int ReadInt()
    {
        var value = ReadLong();
        return (int)value == value ? (int)value : throw Fault($"an int is {value}, beyond 32 bits");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ReadLong()
    {
        if ((uint)_position < (uint)_bytes.Length && _bytes[_position] is < 0x80 and var only)
        {
            _position++;
            return (only >> 1) ^ -(only & 1);
        }

        return ReadLongLong();
    }

    public float ReadFloat() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    /// <summary>The bytes of a string or of bytes, valid as long as the message is.</summary>
    public ReadOnlySpan<byte> ReadSpan() => Take(ReadLength());

    public string ReadString()
    {
        var bytes = ReadSpan();
        try
        {
            return bytes.IsEmpty ? "" : Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new MessageFormatException($"The value is not Avro of its schema: a string that ends at byte {_position} is not UTF-8.", error);
        }
    }

    public byte[] ReadBytes() => ReadSpan().ToArray();

    /// <summary>The next bytes, as many as a fixed has.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)Remaining)
        {
            Throw($"{count} more bytes are needed, and {Remaining} are left");
        }

        var taken = _bytes.Slice(_position, count);
        _position += count;
        return taken;
    }

    public byte[] ReadFixed(int size) => Take(size).ToArray();

    /// <summary>The index of an enum's symbol or of a union's branch.</summary>
    public int ReadIndex(int count)
    {
        var index = ReadLong();
        return (ulong)index < (ulong)count ? (int)index : throw Fault($"the index {index} is not among {count}");
    }

    /// <summary>The number of items in the next block of an array or a map; 0 ends it.</summary>
    /// <param name="minItemSize">The bytes that an item has at least: no block holds more items than fit.</param>
    public int ReadBlock(int minItemSize)
    {
        var count = ReadLong();
        if (count < 0)
        {
            count = unchecked(-count);
            ReadLength();
        }

        if (minItemSize == 0)
        {
            _empties += count is >= 0 and <= MaxEmptyValues ? count : MaxEmptyValues + 1;
            if (_empties > MaxEmptyValues)
            {
                Throw($"it holds more than {MaxEmptyValues} values that have no bytes");
            }
        }
        else if ((ulong)count > (ulong)(Remaining / minItemSize))
        {
            Throw($"a block of {count} items cannot lie in the {Remaining} bytes that are left");
        }

        return (int)count;
    }

    /// <summary>Skips a block whose writer said how many bytes it has; otherwise gives the number of items to skip one by one.</summary>
    public int SkipBlock(int minItemSize, out bool isSkipped)
    {
        var start = _position;
        if (ReadLong() < 0)
        {
            Take(ReadLength());
            isSkipped = true;
            return 1;
        }

        (_position, isSkipped) = (start, false);
        return ReadBlock(minItemSize);
    }

    /// <summary>Throws unless every byte was read.</summary>
    public readonly void End()
    {
        if (Remaining > 0)
        {
            Throw($"{Remaining} bytes follow its end");
        }
    }

    public readonly MessageFormatException Fault(string what) => new($"The value is not Avro of its schema: {what} (at byte {_position} of {_bytes.Length}).");

    private int ReadLength()
    {
        var length = ReadLong();
        return (ulong)length <= (ulong)Remaining ? (int)length : throw Fault($"a length of {length} is more than the {Remaining} bytes that are left");
    }

    private long ReadLongLong()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position >= _bytes.Length)
            {
                Throw("a number does not end");
            }

            var next = _bytes[_position++];
            if (shift == 63 && next > 1)
            {
                Throw("a number has more than 64 bits");
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }

        throw Fault("a number has more than 64 bits");
    }

    [DoesNotReturn]
    private readonly void Throw(string what) => throw Fault(what);
}
