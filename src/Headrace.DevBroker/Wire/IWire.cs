using System.Buffers;

namespace Headrace.Broker.Wire;

/// <summary>
/// One walk over the fields of a message. A message names its fields once, in order, and the wire either fills them from bytes or writes them as bytes, so that
/// reading and writing cannot disagree.
/// </summary>
/// <remarks>
/// <see cref="Flexible"/> versions carry compact lengths and end every structure with a section of tagged fields; the same calls cover both forms.
/// https://kafka.apache.org/protocol#protocol_types
/// </remarks>
internal interface IWire
{
    /// <summary>Compact lengths and tag sections (KIP-482).</summary>
    bool Flexible { get; }

    void Bool(ref bool value);
    void Int8(ref sbyte value);
    void Int16(ref short value);
    void Int32(ref int value);
    void Int64(ref long value);
    void Uuid(ref Guid value);

    /// <summary>An error code. Apart from <see cref="Int16"/>, so that a walk can find every error of a response.</summary>
    void Error(ref ErrorCode code);

    void String(ref string value);
    void NullableString(ref string? value);
    void Bytes(ref byte[] value);
    void NullableBytes(ref byte[]? value);

    /// <summary>Record batches as they are. What is read points into the frame: it is valid until the handler first awaits, or returns.</summary>
    void Records(ref ReadOnlySequence<byte>? value);

    void Int32Array(ref List<int> items);
    void Int64Array(ref List<long> items);
    void StringArray(ref List<string> items);
    void NullableInt32Array(ref List<int>? items);
    void NullableStringArray(ref List<string>? items);
    void UuidArray(ref List<Guid> items);
    void Array<T>(ref List<T> items, int version) where T : class, IWireMessage, new();
    void NullableArray<T>(ref List<T>? items, int version) where T : class, IWireMessage, new();

    /// <summary>A structure that may be absent: an int8, -1 or 1, in front of it.</summary>
    void Nullable<T>(ref T? item, int version) where T : class, IWireMessage, new();

    /// <summary>The end of a structure. In flexible versions: unknown tagged fields are skipped, none are written.</summary>
    void Tags();
}
