using System.Buffers;
using System.Collections.Concurrent;
using Headrace.Avro;

namespace Headrace;

/// <summary>Writes and reads objects of one type as Avro's binary encoding, without a registry. Made once, safe for many threads.</summary>
/// <typeparam name="T">A plain record or class, or <see cref="AvroRecord"/> for a schema that is known only at run time.</typeparam>
public sealed class AvroCodec<T>
{
    private readonly AvroEncoder<T> _encode;
    private readonly AvroDecoder<T> _decode;
    private readonly ConcurrentDictionary<AvroSchema, AvroDecoder<T>> _decoders = new(ReferenceEqualityComparer.Instance);

    /// <summary>A codec of a schema; of the one that is derived of the type when none is given.</summary>
    /// <param name="schema">What is written, and what is read into.</param>
    /// <exception cref="AvroSchemaException">The type and the schema do not go together, or the type has no schema.</exception>
    public AvroCodec(AvroSchema? schema = null)
    {
        Schema = schema ?? SchemaDerivation.Of(typeof(T));
        _encode = EncoderCompiler.Compile<T>(Schema);
        _decode = DecoderFor(Schema);
    }

    /// <summary>What is written, and what is read into.</summary>
    public AvroSchema Schema { get; }

    /// <summary>Writes a message.</summary>
    /// <exception cref="MessageFormatException">The message holds a value that the schema does not allow.</exception>
    public void Encode(T message, IBufferWriter<byte> value)
    {
        var writer = new AvroWriter(value);
        _encode(ref writer, message);
        writer.Flush();
    }

    /// <summary>Reads what was written with this codec's own schema.</summary>
    /// <exception cref="MessageFormatException">The bytes are no such message, or more follow.</exception>
    public T Decode(ReadOnlySpan<byte> value) => Decode(value, _decode);

    /// <summary>Reads what was written with another schema, by Avro's rules of resolution. They are worked out once per instance of the writer's schema.</summary>
    /// <exception cref="MessageFormatException">The bytes are no such message, or the schemas do not resolve.</exception>
    public T Decode(ReadOnlySpan<byte> value, AvroSchema writer) => Decode(value, _decoders.GetOrAdd(writer, DecoderFor));

    internal AvroDecoder<T> DecoderFor(AvroSchema writer) => DecoderCompiler.Compile<T>(AvroResolver.Resolve(writer, Schema));

    internal static T Decode(ReadOnlySpan<byte> value, AvroDecoder<T> decode)
    {
        var reader = new AvroReader(value);
        try
        {
            var message = decode(ref reader);
            reader.End();
            return message;
        }
        catch (OverflowException error)
        {
            throw new MessageFormatException($"The value does not fit into {typeof(T).Name}: a number is too large for its member (before byte {reader.Position}).", error);
        }
    }
}
