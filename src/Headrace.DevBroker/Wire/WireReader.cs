using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Headrace.Broker.Wire;

/// <summary>Fills messages from the bytes of one frame. Every length is checked against what the frame still holds before anything is allocated for it.</summary>
internal ref struct WireReader(ReadOnlySequence<byte> frame, bool flexible = false) : IWire
{
    // An element costs far more memory than the byte it may take on the wire, so a list grows as its elements are really read.
    private const int MaxInitialCapacity = 256;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private SequenceReader<byte> _bytes = new(frame);

    public bool Flexible { get; set; } = flexible;

    public readonly long Remaining => _bytes.Remaining;

    public void Bool(ref bool value) => value = Byte() != 0;

    public void Int8(ref sbyte value) => value = (sbyte)Byte();

    public void Int16(ref short value)
    {
        if (!_bytes.TryReadBigEndian(out value))
        {
            throw TooShort(sizeof(short));
        }
    }

    public void Int32(ref int value)
    {
        if (!_bytes.TryReadBigEndian(out value))
        {
            throw TooShort(sizeof(int));
        }
    }

    public void Int64(ref long value)
    {
        if (!_bytes.TryReadBigEndian(out value))
        {
            throw TooShort(sizeof(long));
        }
    }

    public void Uuid(ref Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        Fill(bytes);
        value = new Guid(bytes, bigEndian: true);
    }

    public void Error(ref ErrorCode code)
    {
        short number = 0;
        Int16(ref number);
        code = (ErrorCode)number;
    }

    public void String(ref string value) => value = Text() ?? throw new WireException("A string is null where the protocol allows none.");

    public void NullableString(ref string? value) => value = Text();

    public void Bytes(ref byte[] value) => value = Blob() ?? throw new WireException("Bytes are null where the protocol allows none.");

    public void NullableBytes(ref byte[]? value) => value = Blob();

    public void Records(ref ReadOnlySequence<byte>? value)
    {
        var length = BytesLength();
        if (length < 0)
        {
            value = null;
            return;
        }

        value = _bytes.UnreadSequence.Slice(0, length);
        _bytes.Advance(length);
    }

    public void Int32Array(ref List<int> items)
    {
        var count = Count(sizeof(int)) ?? throw NullArray();
        items = Ints(count);
    }

    public void Int64Array(ref List<long> items)
    {
        var count = Count(sizeof(long)) ?? throw NullArray();
        items = new List<long>(count);
        for (var i = 0; i < count; i++)
        {
            long item = 0;
            Int64(ref item);
            items.Add(item);
        }
    }

    public void NullableInt32Array(ref List<int>? items) => items = Count(sizeof(int)) is { } count ? Ints(count) : null;

    public void StringArray(ref List<string> items)
    {
        var count = Count(1) ?? throw NullArray();
        items = Strings(count);
    }

    public void NullableStringArray(ref List<string>? items) => items = Count(1) is { } count ? Strings(count) : null;

    public void UuidArray(ref List<Guid> items)
    {
        var count = Count(16) ?? throw NullArray();
        items = new List<Guid>(count);
        for (var i = 0; i < count; i++)
        {
            Guid item = default;
            Uuid(ref item);
            items.Add(item);
        }
    }

    public void Array<T>(ref List<T> items, int version) where T : class, IWireMessage, new()
    {
        var count = Count(1) ?? throw NullArray();
        items = Structures<T>(count, version);
    }

    public void NullableArray<T>(ref List<T>? items, int version) where T : class, IWireMessage, new() =>
        items = Count(1) is { } count ? Structures<T>(count, version) : null;

    public void Nullable<T>(ref T? item, int version) where T : class, IWireMessage, new()
    {
        item = null;
        if ((sbyte)Byte() < 0)
        {
            return;
        }

        item = new T();
        item.Walk(ref this, version);
    }

    public void Tags()
    {
        if (!Flexible)
        {
            return;
        }

        for (var left = UnsignedVarint(); left > 0; left--)
        {
            UnsignedVarint();
            var size = UnsignedVarint();
            Require(size);
            _bytes.Advance(size);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte Byte() => _bytes.TryRead(out var value) ? value : throw TooShort(1);

    private void Fill(scoped Span<byte> destination)
    {
        if (!_bytes.TryCopyTo(destination))
        {
            throw TooShort(destination.Length);
        }

        _bytes.Advance(destination.Length);
    }

    private uint UnsignedVarint()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Byte();
            if (shift == 28 && next > 0x0F)
            {
                break;
            }

            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new WireException("A variable-length number is longer than 32 bits.");
    }

    // The two forms of a length; -1 is null.
    private int CompactLength()
    {
        var length = UnsignedVarint();
        Require(length == 0 ? 0 : length - 1);
        return (int)length - 1;
    }

    private int StringLength()
    {
        if (Flexible)
        {
            return CompactLength();
        }

        short length = 0;
        Int16(ref length);
        Require((uint)Math.Max(length, (short)0));
        return length;
    }

    private int BytesLength()
    {
        if (Flexible)
        {
            return CompactLength();
        }

        var length = 0;
        Int32(ref length);
        Require((uint)Math.Max(length, 0));
        return length;
    }

    private int? Count(int smallestElement)
    {
        int count;
        if (Flexible)
        {
            count = CompactLength();
        }
        else
        {
            count = 0;
            Int32(ref count);
        }

        if ((long)count * smallestElement > _bytes.Remaining)
        {
            throw new WireException($"An array claims {count} elements, but only {_bytes.Remaining} bytes of the frame are left.");
        }

        return count < 0 ? null : count;
    }

    private string? Text()
    {
        var length = StringLength();
        if (length <= 0)
        {
            return length < 0 ? null : string.Empty;
        }

        try
        {
            if (_bytes.UnreadSpan.Length >= length)
            {
                var text = Utf8.GetString(_bytes.UnreadSpan[..length]);
                _bytes.Advance(length);
                return text;
            }

            var bytes = new byte[length];
            Fill(bytes);
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new WireException("A string is not valid UTF-8.");
        }
    }

    private byte[]? Blob()
    {
        var length = BytesLength();
        if (length < 0)
        {
            return null;
        }

        var bytes = new byte[length];
        Fill(bytes);
        return bytes;
    }

    private List<int> Ints(int count)
    {
        var items = new List<int>(count);
        for (var i = 0; i < count; i++)
        {
            var item = 0;
            Int32(ref item);
            items.Add(item);
        }

        return items;
    }

    private List<string> Strings(int count)
    {
        var items = new List<string>(Math.Min(count, MaxInitialCapacity));
        for (var i = 0; i < count; i++)
        {
            var item = string.Empty;
            String(ref item);
            items.Add(item);
        }

        return items;
    }

    private List<T> Structures<T>(int count, int version) where T : class, IWireMessage, new()
    {
        var items = new List<T>(Math.Min(count, MaxInitialCapacity));
        for (var i = 0; i < count; i++)
        {
            var item = new T();
            item.Walk(ref this, version);
            items.Add(item);
        }

        return items;
    }

    private readonly void Require(uint length)
    {
        if (length > _bytes.Remaining)
        {
            throw TooShort(length);
        }
    }

    private readonly WireException TooShort(long needed) =>
        new($"A field needs {needed} bytes, but only {_bytes.Remaining} bytes of the frame are left.");

    private static WireException NullArray() => new("An array is null where the protocol allows none.");
}
