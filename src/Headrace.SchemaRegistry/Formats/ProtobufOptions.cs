using Google.Protobuf;
using Headrace.Formats;

namespace Headrace;

/// <summary>How messages are Protobuf.</summary>
public sealed class ProtobufOptions : SchemaFormatOptions
{
    private readonly Dictionary<Type, object> _codecs = [];

    /// <summary>Handles and produces a type of one's own where a generated class is on the wire.</summary>
    /// <typeparam name="T">The type of handlers and producers.</typeparam>
    /// <typeparam name="TWire">The class that protoc generated.</typeparam>
    /// <param name="write">Makes what is written.</param>
    /// <param name="read">Makes what is handled; an exception says that the message is not valid, and the record is dead-lettered.</param>
    public ProtobufOptions Convert<T, TWire>(Func<T, TWire> write, Func<TWire, T> read)
        where TWire : IMessage<TWire>
    {
        var wire = ProtobufCodec<TWire>.Generated();
        _codecs[typeof(T)] = new ProtobufCodec<T>(wire.Descriptor, (message, value) => wire.Encode(write(message), value), value => read(wire.Decode(value)));
        return this;
    }

    internal ProtobufCodec<T> Codec<T>() => _codecs.TryGetValue(typeof(T), out var known) ? (ProtobufCodec<T>)known : ProtobufCodec<T>.Generated();
}
