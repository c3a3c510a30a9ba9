using Headrace.Kinds;

namespace Headrace.Formats;

/// <summary>Finds or registers the schema that a type is written with, and says what is wrong when there is none.</summary>
internal sealed class SubjectLookUp(SchemaRegistryClient registry, SchemaFormatOptions options, bool registers)
{
    /// <summary>The id and the schema to write with.</summary>
    /// <exception cref="SchemaException">The subject does not accept the schema; the message names field and rule.</exception>
    /// <exception cref="SchemaRegistryException">The registry is away, or refuses.</exception>
    public async Task<(int Id, ParsedSchema Schema)> FindAsync(string subject, ParsedSchema own, CancellationToken cancellation)
    {
        if (options.UseLatest)
        {
            var latest = await LatestAsync(subject, cancellation) ?? throw Missing(subject, own);
            return (latest.Id, await registry.ParseAsync(latest.Schema, cancellation));
        }

        return ((await RegisteredAsync(subject, own, cancellation)).Id, own);
    }

    public string SubjectOf(string topic, ParsedSchema schema) => options.Subject ?? options.Subjects switch
    {
        SubjectStrategy.Topic => $"{topic}-value",
        SubjectStrategy.Record => NameOf(schema),
        _ => $"{topic}-{NameOf(schema)}",
    };

    // What a schema uses is registered first, under the name that the schema calls it: https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/serdes-protobuf.html
    private async Task<RegisteredSchema> RegisteredAsync(string subject, ParsedSchema own, CancellationToken cancellation)
    {
        var references = new List<SchemaReference>();
        foreach (var (name, used) in own.Uses)
        {
            references.Add(new(name, name, (await RegisteredAsync(name, used, cancellation)).Version));
        }

        var schema = new RegistrySchema(own.Text, own.Type) { References = references };
        if (await registry.FindAsync(subject, schema, cancellation) is { } found)
        {
            return found;
        }

        if (await FaultsAsync(subject, own, cancellation) is { Count: > 0 } faults)
        {
            throw new SchemaException(
                $"The subject '{subject}' does not accept the schema of {own.Label} ({await registry.GetCompatibilityAsync(subject, cancellation)}): {string.Join("; ", faults)}. "
                + "Change the type so that both versions can live together, or put the new one on another topic.");
        }

        var id = registers ? await registry.RegisterAsync(subject, schema, cancellation) : throw Missing(subject, own);
        return await registry.FindAsync(subject, schema, cancellation) ?? new(id, schema);
    }

    private string NameOf(ParsedSchema schema) => schema.Name ?? throw new SchemaException(
        $"The subject strategy {options.Subjects} needs a record's name, and the schema is {schema.Label}. Use {nameof(SubjectStrategy)}.{nameof(SubjectStrategy.Topic)}.");

    private SchemaException Missing(string subject, ParsedSchema own) => new(
        $"The subject '{subject}' at {registry.Address} does not have the schema of {own.Label}, and here nothing is registered by itself (AutoRegister). "
        + $"Register it before the application is rolled out: POST {{\"schema\": …}} to /subjects/{subject}/versions.");

    private async Task<IReadOnlyList<SchemaFault>> FaultsAsync(string subject, ParsedSchema own, CancellationToken cancellation)
    {
        if (await LatestAsync(subject, cancellation) is null)
        {
            return [];
        }

        var earlier = new List<ParsedSchema>();
        foreach (var version in await registry.GetVersionsAsync(subject, cancellation))
        {
            earlier.Add(await registry.ParseAsync((await registry.GetAsync(subject, version, cancellation)).Schema, cancellation));
        }

        return SchemaKinds.Check(await registry.GetCompatibilityAsync(subject, cancellation), own, earlier);
    }

    private async Task<RegisteredSchema?> LatestAsync(string subject, CancellationToken cancellation)
    {
        try
        {
            return await registry.GetAsync(subject, cancellation: cancellation);
        }
        catch (SchemaRegistryException error) when (error.IsNotFound)
        {
            return null;
        }
    }
}
