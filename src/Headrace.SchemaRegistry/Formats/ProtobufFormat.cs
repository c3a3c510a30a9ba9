using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Headrace.Formats;
using Headrace.Kinds;

namespace Headrace;

/// <summary>
/// Messages as Protobuf on Confluent's wire format, with their schemas in the cluster's registry. Message types are the classes that protoc generates, or
/// what <see cref="ProtobufOptions.Convert{T, TWire}"/> makes of them. <c>UseProtobuf()</c> takes it for a whole cluster; <c>ReadAs(new ProtobufFormat())</c> for one
/// topic or group, beside <c>AddSchemaRegistry()</c>. Safe for many threads.
/// </summary>
public sealed class ProtobufFormat : IMessageFormat
{
    private readonly ProtobufOptions _options;
    private readonly RegistryFormat _registry;
    private readonly SchemaTypes _types = new();
    private readonly ConcurrentDictionary<WirePath, MessageDescriptor> _messages = new();

    /// <summary>Protobuf with these options.</summary>
    public ProtobufFormat(ProtobufOptions? options = null)
    {
        _options = options ?? new();
        _registry = new(_options, ParsedProtobuf.Kind, "Protobuf");
    }

    /// <inheritdoc />
    public string ContentType => "application/x-protobuf";

    /// <inheritdoc />
    public MessageReader<T> CreateReader<T>()
    {
        var codec = _options.Codec<T>();
        _types.Add(typeof(T), codec.Descriptor.FullName, []);
        var readable = new ConcurrentDictionary<MessageDescriptor, MessageFormatException?>();
        var fallback = _options.Fallback?.CreateReader<T>();
        return (value, record) =>
        {
            if (TryRead(value, record, out var body) is not { } written)
            {
                return fallback is null ? throw _registry.NoId() : fallback(value, record);
            }

            return readable.GetOrAdd(written, static (writer, reader) => FaultOf(writer, reader), codec.Descriptor) is { } fault
                ? throw new MessageFormatException(fault.Message)
                : Decode(codec, body);
        };
    }

    /// <inheritdoc />
    public MessageWriter<T> CreateWriter<T>(string topic)
    {
        var codec = _options.Codec<T>();
        var name = codec.Descriptor.FullName;
        _types.Add(typeof(T), name, []);
        var own = new ParsedProtobuf(ProtobufSchema.Of(codec.Descriptor), name);
        return _registry.Writer<T>(topic, own, schema => new(MessageIndexes.Write(PathIn((ParsedProtobuf)schema, own)), codec.Encode));
    }

    /// <inheritdoc />
    public string? TypeNameOf(Record record) =>
        TryRead(record.Value, record, out _) is { } written ? _types.NameOf(written.FullName, record) : _options.Fallback?.TypeNameOf(record);

    /// <inheritdoc />
    public ValueTask StartAsync(FormatStart start, CancellationToken cancellation) => _registry.StartAsync(start, cancellation);

    private MessageDescriptor? TryRead(ReadOnlySpan<byte> value, Record record, out ReadOnlySpan<byte> body)
    {
        body = value;
        if (ConfluentWire.TryRead(value, record, out var afterId, out var isInHeader) is not { } id)
        {
            return null;
        }

        var path = afterId[..MessageIndexes.LengthOf(afterId)];
        body = isInHeader ? value : afterId[path.Length..];
        if (WirePath.TryMake(id, path) is not { } key)
        {
            return Find(id, path);
        }

        return _messages.TryGetValue(key, out var known) ? known : _messages[key] = Find(id, path);
    }

    private MessageDescriptor Find(int id, ReadOnlySpan<byte> path)
    {
        var indexes = MessageIndexes.Read(path);
        return ((ParsedProtobuf)_registry.Get(id)).Schema.MessageAt(indexes)
            ?? throw new MessageFormatException($"The value says that it is the message [{string.Join(", ", indexes)}] of the schema {id}, which has no such message.");
    }

    private static T Decode<T>(ProtobufCodec<T> codec, ReadOnlySpan<byte> body)
    {
        try
        {
            return codec.Decode(body);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new MessageFormatException($"The value is no {codec.Descriptor.FullName}: {error.Message}", error);
        }
    }

    // Protobuf itself reads one message for another without a word: whether it may is said by their schemas.
    private static MessageFormatException? FaultOf(MessageDescriptor writer, MessageDescriptor reader)
    {
        if (writer.FullName != reader.FullName)
        {
            return new($"The value is a {writer.FullName}, not a {reader.FullName}.");
        }

        var faults = ProtobufCompatibility.Unreadable(writer, reader).Where(fault => fault.Rule is SchemaRule.TypesMatch or SchemaRule.LabelsMatch or SchemaRule.NamesMatch).ToList();
        return faults.Count == 0 ? null : new($"The value was written with another {writer.FullName} than this application has: {string.Join("; ", faults)}.");
    }

    private static IReadOnlyList<int> PathIn(ParsedProtobuf schema, ParsedProtobuf own)
    {
        if (schema.Unreadable(own) is { Count: > 0 } faults)
        {
            throw new SchemaException($"The subject's schema does not read what {own.Name} writes: {string.Join("; ", faults)}. Change the class, or write with its own schema (UseLatest).");
        }

        return schema.Schema.PathOf(own.Name!) ?? throw new SchemaException($"The subject's schema has no message {own.Name}. Register a version that has it.");
    }
}
