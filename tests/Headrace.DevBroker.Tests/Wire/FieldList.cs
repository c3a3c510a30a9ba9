using System.Buffers;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Wire;

/// <summary>Lists the types of a message's fields by walking it, in the words of Kafka's own definitions. An array lists one element.</summary>
internal struct FieldList(List<string> fields, bool flexible) : IWire
{
    public readonly bool Flexible => flexible;

    public readonly void Bool(ref bool value) => fields.Add("bool");

    public readonly void Int8(ref sbyte value) => fields.Add("int8");

    public readonly void Int16(ref short value) => fields.Add("int16");

    public readonly void Int32(ref int value) => fields.Add("int32");

    public readonly void Int64(ref long value) => fields.Add("int64");

    public readonly void Uuid(ref Guid value) => fields.Add("uuid");

    public readonly void Error(ref ErrorCode code) => fields.Add("int16");

    public readonly void String(ref string value) => fields.Add("string");

    public readonly void NullableString(ref string? value) => fields.Add("string?");

    public readonly void Bytes(ref byte[] value) => fields.Add("bytes");

    public readonly void NullableBytes(ref byte[]? value) => fields.Add("bytes?");

    public readonly void Records(ref ReadOnlySequence<byte>? value) => fields.Add("records");

    public readonly void Int32Array(ref List<int> items) => fields.Add("[]int32");

    public readonly void Int64Array(ref List<long> items) => fields.Add("[]int64");

    public readonly void StringArray(ref List<string> items) => fields.Add("[]string");

    public readonly void NullableInt32Array(ref List<int>? items) => fields.Add("[]int32?");

    public readonly void NullableStringArray(ref List<string>? items) => fields.Add("[]string?");

    public readonly void UuidArray(ref List<Guid> items) => fields.Add("[]uuid");

    public void Array<T>(ref List<T> items, int version) where T : class, IWireMessage, new()
    {
        fields.Add("[");
        new T().Walk(ref this, version);
        fields.Add("]");
    }

    public void NullableArray<T>(ref List<T>? items, int version) where T : class, IWireMessage, new()
    {
        fields.Add("[?");
        new T().Walk(ref this, version);
        fields.Add("]");
    }

    public void Nullable<T>(ref T? item, int version) where T : class, IWireMessage, new()
    {
        fields.Add("{?");
        new T().Walk(ref this, version);
        fields.Add("}");
    }

    public readonly void Tags() => fields.Add("tags");
}
