using System.Buffers;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Headrace.Formats;

/// <summary>Reads a message of its bytes.</summary>
internal delegate T ProtobufDecoder<out T>(ReadOnlySpan<byte> value);

/// <summary>How a type is written and read as a Protobuf message.</summary>
internal sealed record ProtobufCodec<T>(MessageDescriptor Descriptor, Action<T, IBufferWriter<byte>> Encode, ProtobufDecoder<T> Decode)
{
    /// <summary>The codec of a generated class.</summary>
    /// <exception cref="ProtobufSchemaException">The type is none.</exception>
    public static ProtobufCodec<T> Generated()
    {
        const BindingFlags own = BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly;
        return typeof(IMessage).IsAssignableFrom(typeof(T)) && typeof(T).GetProperty("Parser", own)?.GetValue(null) is MessageParser parser
            && typeof(T).GetProperty("Descriptor", own)?.GetValue(null) is MessageDescriptor descriptor
            ? new(descriptor, static (message, value) => ((IMessage)message!).WriteTo(value), value => (T)parser.ParseFrom(value))
            : throw new ProtobufSchemaException(
                $"{typeof(T).Name} is no Protobuf message. Use the class that protoc generates of a .proto file, or say how it becomes one: ProtobufOptions.Convert<{typeof(T).Name}, …>(…).");
    }
}
