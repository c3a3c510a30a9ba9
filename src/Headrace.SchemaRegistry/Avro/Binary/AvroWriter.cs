using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Headrace.Avro;

/// <summary>Writes Avro's binary encoding into a buffer. <see cref="Flush"/> comes last.</summary>
internal ref struct AvroWriter
{
    private const int MaxNumber = 10;

    // A length up to here takes one byte. A string of so many characters has one or two.
    private const int Short = 63;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly IBufferWriter<byte> _output;
    private Span<byte> _span;
    private int _used;
    private int _depth;

    public AvroWriter(IBufferWriter<byte> output)
    {
        _output = output;
        _span = output.GetSpan(64);
    }

    /// <summary>Enters a value that holds others: what is nested deeper than readers allow, or in a circle, is not written.</summary>
    public void Enter()
    {
        if (++_depth > AvroReader.MaxDepth)
        {
            throw new MessageFormatException($"The message cannot be written: its objects are nested more than {AvroReader.MaxDepth} deep, or in a circle.");
        }
    }

    public void Leave() => _depth--;

    public void WriteBoolean(bool value)
    {
        Reserve(1);
        _span[_used++] = value ? (byte)1 : (byte)0;
    }

    public void WriteInt(int value) => WriteLong(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteLong(long value)
    {
        Reserve(MaxNumber);
        var rest = (ulong)((value << 1) ^ (value >> 63));
        while (rest >= 0x80)
        {
            _span[_used++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        _span[_used++] = (byte)rest;
    }

    public void WriteFloat(float value)
    {
        Reserve(sizeof(float));
        BinaryPrimitives.WriteSingleLittleEndian(_span[_used..], value);
        _used += sizeof(float);
    }

    public void WriteDouble(double value)
    {
        Reserve(sizeof(double));
        BinaryPrimitives.WriteDoubleLittleEndian(_span[_used..], value);
        _used += sizeof(double);
    }

    public void WriteString(string value)
    {
        try
        {
            if (value.Length <= Short)
            {
                Reserve(MaxNumber + (value.Length * 3));
                var length = Utf8.GetBytes(value, _span[(_used + 1)..]);
                if (length > Short)
                {
                    _span.Slice(_used + 1, length).CopyTo(_span[(_used + 2)..]);
                }

                WriteLong(length);
                _used += length;
                return;
            }

            var size = Utf8.GetByteCount(value);
            WriteLong(size);
            Reserve(size);
            _used += Utf8.GetBytes(value, _span[_used..]);
        }
        catch (EncoderFallbackException error)
        {
            throw new MessageFormatException($"The message cannot be written: a text has half a surrogate pair at {error.Index}, which is no character.", error);
        }
    }

    public void WriteBytes(scoped ReadOnlySpan<byte> value)
    {
        WriteLong(value.Length);
        WriteRaw(value);
    }

    /// <summary>Bytes without their length: a fixed.</summary>
    public void WriteRaw(scoped ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_span[_used..]);
        _used += value.Length;
    }

    public void Flush()
    {
        _output.Advance(_used);
        _span = [];
        _used = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int count)
    {
        if (_span.Length - _used < count)
        {
            Grow(count);
        }
    }

    private void Grow(int count)
    {
        _output.Advance(_used);
        _span = _output.GetSpan(Math.Max(count, 64));
        _used = 0;
    }
}
