using System.Collections.Concurrent;
using Headrace.Kinds;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Formats;

/// <summary>What all formats with schemas in a registry do alike: who is asked, when, and what is said about it.</summary>
/// <param name="options">The format's options.</param>
/// <param name="kind">The kind of its schemas.</param>
/// <param name="name">What it is called where people read it.</param>
internal sealed class RegistryFormat(SchemaFormatOptions options, string kind, string name)
{
    private readonly ConcurrentQueue<SchemaTopicWriter> _writers = new();

    // Set when the application starts; a reader that is called before has nobody to ask.
    private volatile KnownSchemas? _schemas;

    /// <summary>The schema of an id.</summary>
    /// <exception cref="FormatUnavailableException">It is on its way, or the registry is away.</exception>
    /// <exception cref="MessageFormatException">The registry does not know it, or it is of another kind.</exception>
    public ParsedSchema Get(int id) => (_schemas ?? throw new FormatUnavailableException($"{name} cannot be read yet: the application has not started.")).Get(id);

    public MessageWriter<T> Writer<T>(string topic, ParsedSchema own, Func<ParsedSchema, SchemaEncoding<T>> encoding)
    {
        var writer = new SchemaTopicWriter<T>(topic, own, options.SchemaId, encoding);
        _writers.Enqueue(writer);
        return writer.Write;
    }

    public async ValueTask StartAsync(FormatStart start, CancellationToken cancellation)
    {
        if (start.Services.GetKeyedService<SchemaRegistryConnection>(start.Cluster) is not { } connection)
        {
            start.AddFault($"Cluster '{start.Cluster}' reads or writes {name} and has no schema registry. Call Use{name}() or AddSchemaRegistry() on AddHeadrace(\"{start.Cluster}\").");
            return;
        }

        if (connection.Export is { } folder)
        {
            Export(folder);
            return;
        }

        if (connection.Connect(start.AddFault) is not { } registry)
        {
            return;
        }

        _schemas = new(registry, kind);
        var subjects = new SubjectLookUp(registry, options, options.AutoRegister ?? start.Services.GetRequiredService<IHostEnvironment>().IsDevelopment());
        var logger = start.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Headrace.Schemas");
        foreach (var writer in _writers)
        {
            await LookAsync(writer, subjects, start, logger, cancellation);
        }

        await (options.Fallback?.StartAsync(start, cancellation) ?? ValueTask.CompletedTask);
    }

    public MessageFormatException NoId() => new(
        $"The value has no schema id: neither the five bytes of Confluent's wire format before it, nor the header {ConfluentWire.Header}. Its producer does not write {name} with a registry. "
        + $"To read both on one topic, set {options.GetType().Name}.{nameof(options.Fallback)}.");

    private void Export(SchemaFolder folder)
    {
        foreach (var writer in _writers)
        {
            Export(folder, SubjectLookUp.SubjectOf(options, writer.Topic, writer.Own), writer.Own);
        }
    }

    private static void Export(SchemaFolder folder, string subject, ParsedSchema schema)
    {
        foreach (var (name, used) in schema.Uses)
        {
            Export(folder, name, used);
        }

        folder.Write(subject, new(schema.Text, schema.Type) { References = [.. schema.Uses.Select(used => new SchemaReference(used.Key, used.Key, 1))] });
    }

    private static async Task LookAsync(SchemaTopicWriter writer, SubjectLookUp subjects, FormatStart start, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            await writer.LookAsync(subjects, cancellation);
        }
        catch (SchemaRegistryException error) when (error.IsAway)
        {
            FormatLog.RegistryAway(logger, writer.Topic, error.Message);
        }
        catch (Exception error) when (error is SchemaRegistryException or AvroSchemaException or JsonSchemaException or ProtobufSchemaException or SchemaException)
        {
            start.AddFault($"Topic '{writer.Topic}' cannot be produced to: {error.Message}");
        }
    }
}
