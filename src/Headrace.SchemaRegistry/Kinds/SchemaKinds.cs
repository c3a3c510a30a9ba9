using Headrace.Compatibility;

namespace Headrace.Kinds;

/// <summary>The kinds of schemas that are known, and how each is read.</summary>
internal static class SchemaKinds
{
    /// <summary>Their names in the registry's API.</summary>
    public static IReadOnlyList<string> All { get; } = [ParsedAvro.Kind, ParsedJson.Kind, ParsedProtobuf.Kind];

    /// <param name="schema">The schema as a registry has it.</param>
    /// <param name="used">All that it uses, those first that others use.</param>
    /// <exception cref="SchemaException">It is no such schema.</exception>
    public static ParsedSchema Parse(RegistrySchema schema, IReadOnlyList<UsedSchema> used) => schema.Type switch
    {
        ParsedAvro.Kind => ParsedAvro.Parse(schema.Text, used),
        ParsedProtobuf.Kind => ParsedProtobuf.Parse(schema.Text, used),
        ParsedJson.Kind => ParsedJson.Parse(schema.Text, used),
        var other => throw new SchemaException($"{other} is no kind of schema that is known here: {string.Join(", ", All)}."),
    };

    /// <summary>What a mode finds wrong with a new version; empty when it is compatible.</summary>
    public static IReadOnlyList<SchemaFault> Check(SchemaCompatibility mode, ParsedSchema next, IReadOnlyList<ParsedSchema> earlier) => SchemaModes.Check(
        mode,
        next,
        earlier,
        static (writer, reader) => writer.Type == reader.Type ? reader.Unreadable(writer) : [new("$", SchemaRule.TypesMatch, $"a schema of the kind {reader.Type} reads nothing that one of the kind {writer.Type} wrote")]);

    /// <summary>Reads a schema of a registry with all that it uses.</summary>
    /// <exception cref="SchemaException">It is no such schema.</exception>
    /// <exception cref="SchemaRegistryException">The registry is away, or lacks what the schema uses.</exception>
    public static async Task<ParsedSchema> ParseAsync(this SchemaRegistryClient registry, RegistrySchema schema, CancellationToken cancellation)
    {
        var used = new List<UsedSchema>();
        await CollectAsync(registry, schema, used, cancellation);
        return Parse(schema, used);
    }

    private static async Task CollectAsync(SchemaRegistryClient registry, RegistrySchema schema, List<UsedSchema> used, CancellationToken cancellation)
    {
        foreach (var reference in schema.References)
        {
            if (!used.Exists(known => known.Name == reference.Name))
            {
                var other = (await registry.GetAsync(reference.Subject, reference.Version, cancellation)).Schema;
                await CollectAsync(registry, other, used, cancellation);
                used.Add(new(reference.Name, other));
            }
        }
    }
}
