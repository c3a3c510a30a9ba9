using System.Collections.Concurrent;
using Headrace.Avro;
using Headrace.Formats;
using Headrace.Kinds;

namespace Headrace;

/// <summary>
/// Messages as Avro on Confluent's wire format, with their schemas in the cluster's registry. <c>UseAvro()</c> takes it for a whole cluster;
/// <c>ReadAs(new AvroFormat())</c> for one topic or group, beside <c>AddSchemaRegistry()</c>. Safe for many threads.
/// </summary>
public sealed class AvroFormat : IMessageFormat
{
    private readonly AvroOptions _options;
    private readonly RegistryFormat _registry;
    private readonly SchemaTypes _types = new();

    /// <summary>Avro with these options.</summary>
    public AvroFormat(AvroOptions? options = null)
    {
        _options = options ?? new();
        _registry = new(_options, ParsedAvro.Kind, "Avro");
    }

    /// <inheritdoc />
    public string ContentType => "application/avro";

    /// <inheritdoc />
    public MessageReader<T> CreateReader<T>()
    {
        var codec = Codec<T>();
        _types.Add(typeof(T), codec.Schema.Name, codec.Schema.Aliases);
        var decoders = new ConcurrentDictionary<int, AvroDecoder<T>>();
        var fallback = _options.Fallback?.CreateReader<T>();
        return (value, record) =>
        {
            if (ConfluentWire.TryRead(value, record) is not var (id, skip))
            {
                return fallback is null ? throw _registry.NoId() : fallback(value, record);
            }

            if (!decoders.TryGetValue(id, out var decoder))
            {
                decoder = decoders.GetOrAdd(id, codec.DecoderFor(SchemaOf(id)));
            }

            return AvroCodec<T>.Decode(value[skip..], decoder);
        };
    }

    /// <inheritdoc />
    public MessageWriter<T> CreateWriter<T>(string topic)
    {
        var own = Codec<T>();
        _types.Add(typeof(T), own.Schema.Name, own.Schema.Aliases);
        return _registry.Writer<T>(topic, new ParsedAvro(own.Schema), schema =>
            new([], schema is ParsedAvro { Schema: var latest } && latest != own.Schema ? new AvroCodec<T>(latest).Encode : own.Encode));
    }

    /// <inheritdoc />
    public string? TypeNameOf(Record record) =>
        ConfluentWire.TryRead(record.Value, record) is var (id, _) ? _types.NameOf(SchemaOf(id).Name, record) : _options.Fallback?.TypeNameOf(record);

    /// <inheritdoc />
    public ValueTask StartAsync(FormatStart start, CancellationToken cancellation) => _registry.StartAsync(start, cancellation);

    private AvroSchema SchemaOf(int id) => ((ParsedAvro)_registry.Get(id)).Schema;

    private AvroCodec<T> Codec<T>() => new(_options.Schemas.GetValueOrDefault(typeof(T)));
}
