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

        var (found, schema) = await RegisteredAsync(subject, own, cancellation);
        return (found.Id, schema);
    }

    public string SubjectOf(string topic, ParsedSchema schema) => SubjectOf(options, topic, schema);

    public static string SubjectOf(SchemaFormatOptions options, string topic, ParsedSchema schema) => options.Subject ?? options.Subjects switch
    {
        SubjectStrategy.Topic => $"{topic}-value",
        SubjectStrategy.Record => NameOf(options, schema),
        _ => $"{topic}-{NameOf(options, schema)}",
    };

    // What a schema uses is registered first, under the name that the schema calls it: https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/serdes-protobuf.html
    private async Task<(RegisteredSchema Registered, ParsedSchema Schema)> RegisteredAsync(string subject, ParsedSchema own, CancellationToken cancellation)
    {
        var references = new List<SchemaReference>();
        foreach (var (name, used) in own.Uses)
        {
            references.Add(new(name, name, (await RegisteredAsync(name, used, cancellation)).Registered.Version));
        }

        var schema = new RegistrySchema(own.Text, own.Type) { References = references };
        if (await registry.FindAsync(subject, schema, cancellation) is { } found)
        {
            return (found, own);
        }

        var earlier = await EarlierAsync(subject, cancellation);
        if (earlier.Find(version => version.Schema.Type == own.Type && version.Schema.Canonical == own.Canonical) is { Registered: not null } same)
        {
            // It is there in other words: with comments, or in another order.
            return same;
        }

        if (earlier.Count > 0 && await FaultsAsync(subject, own, [.. earlier.Select(version => version.Schema)], cancellation) is { } refusal)
        {
            throw refusal;
        }

        var id = registers ? await registry.RegisterAsync(subject, schema, cancellation) : throw Missing(subject, own);
        return (await registry.FindAsync(subject, schema, cancellation) ?? new(id, schema), own);
    }

    private async Task<SchemaException?> FaultsAsync(string subject, ParsedSchema own, IReadOnlyList<ParsedSchema> earlier, CancellationToken cancellation)
    {
        var mode = await registry.GetCompatibilityAsync(subject, cancellation);
        return SchemaKinds.Check(mode, own, earlier) is { Count: > 0 } faults
            ? new($"The subject '{subject}' does not accept the schema of {own.Label} ({mode}): {string.Join("; ", faults)}. "
                + "Change the type so that both versions can live together, or put the new one on another topic.")
            : null;
    }

    private static string NameOf(SchemaFormatOptions options, ParsedSchema schema) => schema.Name ?? throw new SchemaException(
        $"The subject strategy {options.Subjects} needs a record's name, and the schema is {schema.Label}. Use {nameof(SubjectStrategy)}.{nameof(SubjectStrategy.Topic)}.");

    private SchemaException Missing(string subject, ParsedSchema own) => new(
        $"The subject '{subject}' at {registry.Address} does not have the schema of {own.Label}, and here nothing is registered by itself (AutoRegister). "
        + $"Register it before the application is rolled out: POST {{\"schema\": …}} to /subjects/{subject}/versions.");

    private async Task<List<(RegisteredSchema Registered, ParsedSchema Schema)>> EarlierAsync(string subject, CancellationToken cancellation)
    {
        var earlier = new List<(RegisteredSchema, ParsedSchema)>();
        if (await LatestAsync(subject, cancellation) is null)
        {
            return earlier;
        }

        foreach (var number in await registry.GetVersionsAsync(subject, cancellation))
        {
            var version = await registry.GetAsync(subject, number, cancellation);
            earlier.Add((version, await registry.ParseAsync(version.Schema, cancellation)));
        }

        return earlier;
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
