using System.Buffers;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Faults;

/// <summary>Walks an answer and puts an error wherever it has room for one and has none yet.</summary>
internal readonly struct ErrorFill(ErrorCode error) : IWire
{
    public bool Flexible => false;

    public void Bool(ref bool value)
    {
    }

    public void Int8(ref sbyte value)
    {
    }

    public void Int16(ref short value)
    {
    }

    public void Int32(ref int value)
    {
    }

    public void Int64(ref long value)
    {
    }

    public void Uuid(ref Guid value)
    {
    }

    public void Error(ref ErrorCode code) => code = code == ErrorCode.None ? error : code;

    public void String(ref string value)
    {
    }

    public void NullableString(ref string? value)
    {
    }

    public void Bytes(ref byte[] value)
    {
    }

    public void NullableBytes(ref byte[]? value)
    {
    }

    public void Records(ref ReadOnlySequence<byte>? value)
    {
    }

    public void Int32Array(ref List<int> items)
    {
    }

    public void Int64Array(ref List<long> items)
    {
    }

    public void StringArray(ref List<string> items)
    {
    }

    public void NullableInt32Array(ref List<int>? items)
    {
    }

    public void NullableStringArray(ref List<string>? items)
    {
    }

    public void UuidArray(ref List<Guid> items)
    {
    }

    public void Array<T>(ref List<T> items, int version) where T : class, IWireMessage, new()
    {
        foreach (var item in items)
        {
            Fill(item, version);
        }
    }

    public void NullableArray<T>(ref List<T>? items, int version) where T : class, IWireMessage, new()
    {
        foreach (var item in items ?? [])
        {
            Fill(item, version);
        }
    }

    public void Nullable<T>(ref T? item, int version) where T : class, IWireMessage, new()
    {
        if (item is not null)
        {
            Fill(item, version);
        }
    }

    public void Tags()
    {
    }

    public void Fill(IWireMessage message, int version)
    {
        var wire = this;
        message.Walk(ref wire, version);
    }
}
