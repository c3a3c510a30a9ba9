using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Headrace.Formats;
using Headrace.Json;
using Headrace.Kinds;

namespace Headrace;

/// <summary>
/// Messages as JSON on Confluent's wire format, with their JSON Schemas in the cluster's registry, and held against them. <c>UseJsonSchema()</c> takes it
/// for a whole cluster; <c>ReadAs(new JsonSchemaFormat())</c> for one topic or group, beside <c>AddSchemaRegistry()</c>. Safe for many threads.
/// </summary>
public sealed class JsonSchemaFormat : IMessageFormat
{
    private readonly JsonSchemaOptions _options;
    private readonly RegistryFormat _registry;
    private readonly ConcurrentDictionary<string, string> _typeNames = new();

    /// <summary>JSON with these options.</summary>
    public JsonSchemaFormat(JsonSchemaOptions? options = null)
    {
        _options = options ?? new();
        _options.Serializer.MakeReadOnly(populateMissingResolver: true);
        _registry = new(_options, ParsedJson.Kind, "JsonSchema");
    }

    /// <inheritdoc />
    public string ContentType => "application/json";

    /// <inheritdoc />
    /// <exception cref="JsonSchemaException">The type has no schema.</exception>
    public MessageReader<T> CreateReader<T>()
    {
        var (type, own) = (TypeOf<T>(), SchemaOf<T>());
        var open = OpenSchemas.Of(own);
        _typeNames[own.Title ?? typeof(T).Name] = MessageTypeName.Of(typeof(T));
        var fallback = _options.Fallback?.CreateReader<T>();
        return (value, record) =>
        {
            if (ConfluentWire.TryRead(value, record) is not var (id, skip))
            {
                return fallback is null ? throw _registry.NoId() : fallback(value, record);
            }

            var json = value[skip..];
            var writer = ((ParsedJson)_registry.Get(id)).Schema;
            if (_options.ValidateConsumed)
            {
                Check<T>(json, writer.Text == own.Text ? [own] : [writer, open]);
            }

            return JsonSerializer.Deserialize(json, type);
        };
    }

    /// <inheritdoc />
    /// <exception cref="JsonSchemaException">The type has no schema.</exception>
    public MessageWriter<T> CreateWriter<T>(string topic)
    {
        var type = TypeOf<T>();
        return _registry.Writer<T>(topic, new ParsedJson(SchemaOf<T>()), schema => new([], (message, value) =>
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(message, type);
            if (_options.ValidateProduced)
            {
                Check<T>(json, [((ParsedJson)schema).Schema]);
            }

            value.Write(json);
        }));
    }

    /// <inheritdoc />
    public string? TypeNameOf(Record record)
    {
        if (ConfluentWire.TryRead(record.Value, record) is not var (id, _))
        {
            return _options.Fallback?.TypeNameOf(record);
        }

        return _registry.Get(id).Name is { } title ? _typeNames.GetValueOrDefault(title, title) : null;
    }

    /// <inheritdoc />
    public ValueTask StartAsync(FormatStart start, CancellationToken cancellation) => _registry.StartAsync(start, cancellation);

    private void Check<T>(ReadOnlySpan<byte> json, ReadOnlySpan<JsonSchema> schemas)
    {
        foreach (var schema in schemas)
        {
            if (schema.Validate(json, _options.Serializer.MaxDepth is > 0 and var depth ? depth : 64) is { Count: > 0 } violations)
            {
                throw new JsonValidationException($"A {typeof(T).Name}", violations);
            }
        }
    }

    internal JsonSchema SchemaOf<T>() => _options.Schemas.TryGetValue(typeof(T), out var given) ? given : JsonSchemaDerivation.Of<T>(_options.Serializer);

    private JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)_options.Serializer.GetTypeInfo(typeof(T));
}
