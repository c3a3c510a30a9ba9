using System.Collections.Concurrent;
using Headrace.Avro;
using Headrace.Formats;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace;

/// <summary>
/// Messages as Avro on Confluent's wire format, with their schemas in the cluster's registry. <c>UseAvro()</c> takes it for a whole cluster;
/// <c>ReadAs(new AvroFormat())</c> for one topic or group, beside <c>AddSchemaRegistry()</c>. Safe for many threads.
/// </summary>
public sealed class AvroFormat : IMessageFormat
{
    private readonly AvroOptions _options;
    private readonly AvroTypes _types = new();
    private readonly ConcurrentQueue<AvroTopicWriter> _writers = new();

    // Set when the application starts; a reader that is called before has nobody to ask.
    private volatile KnownSchemas? _schemas;

    /// <summary>Avro with these options.</summary>
    public AvroFormat(AvroOptions? options = null) => _options = options ?? new();

    /// <inheritdoc />
    public string ContentType => "application/avro";

    /// <inheritdoc />
    public MessageReader<T> CreateReader<T>()
    {
        var codec = Codec<T>();
        _types.Add(typeof(T), codec.Schema);
        var decoders = new ConcurrentDictionary<int, AvroDecoder<T>>();
        var fallback = _options.Fallback?.CreateReader<T>();
        return (value, record) =>
        {
            if (ConfluentWire.TryRead(value, record) is not var (id, skip))
            {
                return fallback is null ? throw NoId() : fallback(value, record);
            }

            if (!decoders.TryGetValue(id, out var decoder))
            {
                decoder = decoders.GetOrAdd(id, codec.DecoderFor(Schemas.Get(id)));
            }

            return AvroCodec<T>.Decode(value[skip..], decoder);
        };
    }

    /// <inheritdoc />
    public MessageWriter<T> CreateWriter<T>(string topic)
    {
        var writer = new AvroTopicWriter<T>(topic, Codec<T>(), _options.SchemaId);
        _writers.Enqueue(writer);
        return writer.Write;
    }

    /// <inheritdoc />
    public string? TypeNameOf(Record record) =>
        ConfluentWire.TryRead(record.Value, record) is var (id, _) ? _types.NameOf(Schemas.Get(id)) : _options.Fallback?.TypeNameOf(record);

    /// <inheritdoc />
    public async ValueTask StartAsync(FormatStart start, CancellationToken cancellation)
    {
        if (start.Services.GetKeyedService<SchemaRegistryConnection>(start.Cluster) is not { } connection)
        {
            start.AddFault($"Cluster '{start.Cluster}' reads or writes Avro and has no schema registry. Call UseAvro() or AddSchemaRegistry() on AddHeadrace(\"{start.Cluster}\").");
            return;
        }

        if (connection.Connect(start.AddFault) is not { } registry)
        {
            return;
        }

        _schemas = new(registry);
        var subjects = new SubjectLookUp(registry, _options, _options.AutoRegister ?? start.Services.GetRequiredService<IHostEnvironment>().IsDevelopment());
        var logger = start.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Headrace.Schemas");
        foreach (var writer in _writers)
        {
            await LookAsync(writer, subjects, start, logger, cancellation);
        }
    }

    private static async Task LookAsync(AvroTopicWriter writer, SubjectLookUp subjects, FormatStart start, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            await writer.LookAsync(subjects, cancellation);
        }
        catch (SchemaRegistryException error) when (error.IsAway)
        {
            FormatLog.RegistryAway(logger, writer.Topic, error.Message);
        }
        catch (Exception error) when (error is SchemaRegistryException or AvroSchemaException)
        {
            start.AddFault($"Topic '{writer.Topic}' cannot be produced to: {error.Message}");
        }
    }

    private KnownSchemas Schemas => _schemas ?? throw new FormatUnavailableException("Avro cannot be read yet: the application has not started.");

    private AvroCodec<T> Codec<T>() => new(_options.Schemas.GetValueOrDefault(typeof(T)));

    private static MessageFormatException NoId() => new(
        "The value has no schema id: neither the five bytes of Confluent's wire format before it, nor the header __value_schema_id. Its producer does not write Avro with a registry. "
        + "To read both on one topic, set AvroOptions.Fallback.");
}
