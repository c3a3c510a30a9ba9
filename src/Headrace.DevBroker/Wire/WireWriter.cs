using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Headrace.Broker.Wire;

/// <summary>Writes messages as bytes. <see cref="Complete"/> hands the last of them to the output.</summary>
internal ref struct WireWriter(WireOutput output, bool flexible = false) : IWire
{
    private const int SmallestSpan = 256;

    private Span<byte> _span;
    private int _used;

    public bool Flexible { get; set; } = flexible;

    public void Complete()
    {
        output.Advance(_used);
        _used = 0;
        _span = default;
    }

    public void Bool(ref bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Int8(ref sbyte value) => Byte((byte)value);

    public void Int16(ref short value) => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), value);

    public void Int32(ref int value) => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), value);

    public void Int64(ref long value) => BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), value);

    public void Uuid(ref Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

    public void Error(ref ErrorCode code) => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), (short)code);

    public void String(ref string value) => Text(value);

    public void NullableString(ref string? value)
    {
        if (value is null)
        {
            StringLength(-1);
        }
        else
        {
            Text(value);
        }
    }

    public void Bytes(ref byte[] value)
    {
        BytesLength(value.Length);
        Raw(value);
    }

    public void NullableBytes(ref byte[]? value)
    {
        if (value is null)
        {
            BytesLength(-1);
        }
        else
        {
            Bytes(ref value);
        }
    }

    public void Records(ref ReadOnlySequence<byte>? value)
    {
        if (value is not { } records)
        {
            BytesLength(-1);
            return;
        }

        BytesLength(checked((int)records.Length));
        Complete();
        output.AddUncopied(records);
    }

    public void Int32Array(ref List<int> items)
    {
        Count(items.Count);
        foreach (var item in items)
        {
            BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), item);
        }
    }

    public void Int64Array(ref List<long> items)
    {
        Count(items.Count);
        foreach (var item in items)
        {
            BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), item);
        }
    }

    public void NullableInt32Array(ref List<int>? items)
    {
        if (items is null)
        {
            Count(-1);
        }
        else
        {
            Int32Array(ref items);
        }
    }

    public void StringArray(ref List<string> items)
    {
        Count(items.Count);
        foreach (var item in items)
        {
            Text(item);
        }
    }

    public void NullableStringArray(ref List<string>? items)
    {
        if (items is null)
        {
            Count(-1);
        }
        else
        {
            StringArray(ref items);
        }
    }

    public void UuidArray(ref List<Guid> items)
    {
        Count(items.Count);
        foreach (var item in items)
        {
            item.TryWriteBytes(Take(16), bigEndian: true, out _);
        }
    }

    public void Array<T>(ref List<T> items, int version) where T : class, IWireMessage, new()
    {
        Count(items.Count);
        foreach (var item in items)
        {
            item.Walk(ref this, version);
        }
    }

    public void NullableArray<T>(ref List<T>? items, int version) where T : class, IWireMessage, new()
    {
        if (items is null)
        {
            Count(-1);
        }
        else
        {
            Array(ref items, version);
        }
    }

    public void Nullable<T>(ref T? item, int version) where T : class, IWireMessage, new()
    {
        Byte(item is null ? byte.MaxValue : (byte)1);
        item?.Walk(ref this, version);
    }

    public void Tags()
    {
        if (Flexible)
        {
            Byte(0);
        }
    }

    private void Byte(byte value) => Take(1)[0] = value;

    private Span<byte> Take(int length)
    {
        if (_span.Length - _used < length)
        {
            Complete();
            _span = output.GetSpan(Math.Max(length, SmallestSpan));
        }

        var taken = _span.Slice(_used, length);
        _used += length;
        return taken;
    }

    private void UnsignedVarint(uint value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    private void StringLength(int length)
    {
        if (Flexible)
        {
            UnsignedVarint((uint)(length + 1));
        }
        else
        {
            BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), checked((short)length));
        }
    }

    private void BytesLength(int length)
    {
        if (Flexible)
        {
            UnsignedVarint((uint)(length + 1));
        }
        else
        {
            BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), length);
        }
    }

    private void Count(int count) => BytesLength(count);

    private void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        StringLength(length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        Complete();
        output.Write(bytes);
    }
}
