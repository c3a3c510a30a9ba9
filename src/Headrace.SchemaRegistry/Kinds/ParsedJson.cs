using System.Text.Json.Nodes;

namespace Headrace.Kinds;

/// <summary>A JSON Schema.</summary>
internal sealed class ParsedJson(JsonSchema schema) : ParsedSchema
{
    public const string Kind = "JSON";

    public JsonSchema Schema => schema;

    public override string Type => Kind;

    public override string Text => schema.Text;

    public override string Label => schema.Title ?? "a JSON Schema without a title";

    public override string? Name => schema.Title;

    public override string Canonical { get; } = Sorted(schema.Root)!.ToJsonString();

    public override IReadOnlyList<SchemaFault> Unreadable(ParsedSchema writer) => JsonCompatibility.Unreadable(((ParsedJson)writer).Schema, schema);

    public override IReadOnlyList<SchemaFault> Lint(ParsedSchema before) => JsonLint.Check(((ParsedJson)before).Schema, schema);

    /// <param name="text">The schema; without $schema it is one of draft 7, as in other registries.</param>
    /// <param name="used">What it uses.</param>
    public static ParsedJson Parse(string text, IReadOnlyList<UsedSchema> used)
    {
        try
        {
            return new(JsonSchema.Parse(text, new() { Draft = JsonSchemaDraft.Draft7, References = used.ToDictionary(other => other.Name, other => other.Schema.Text) }));
        }
        catch (JsonSchemaException error)
        {
            throw new SchemaException(error.Message, error);
        }
    }

    // The order of members says nothing.
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
