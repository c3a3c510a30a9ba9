using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>Which keywords a schema's draft and vocabularies give a meaning to.</summary>
internal sealed record JsonDialect(JsonSchemaDraft Draft)
{
    public const string Draft7Uri = "http://json-schema.org/draft-07/schema";
    public const string Draft202012Uri = "https://json-schema.org/draft/2020-12/schema";
    private const string Vocabulary = "https://json-schema.org/draft/2020-12/vocab/";

    private static readonly FrozenSet<string> Known = ((string[])["core", "applicator", "unevaluated", "validation", "meta-data", "format-annotation", "format-assertion", "content"])
        .Select(name => Vocabulary + name).ToFrozenSet();

    public static JsonDialect Draft7 { get; } = new(JsonSchemaDraft.Draft7);

    public static JsonDialect Draft202012 { get; } = new(JsonSchemaDraft.Draft202012);

    public bool IsDraft7 => Draft == JsonSchemaDraft.Draft7;

    public bool Validates { get; private init; } = true;

    public bool Applies { get; private init; } = true;

    public bool Unevaluated { get; private init; } = true;

    public bool AssertsFormat { get; private init; }

    public static JsonDialect Of(JsonSchemaDraft draft) => draft == JsonSchemaDraft.Draft7 ? Draft7 : Draft202012;

    /// <summary>The dialect of a metaschema of somebody's own: the vocabularies that it declares.</summary>
    public static JsonDialect OfMetaschema(string uri, JsonNode? metaschema)
    {
        if (metaschema?["$vocabulary"] is not JsonObject vocabularies)
        {
            return (string?)metaschema?["$schema"] is { } parent && parent.TrimEnd('#') == Draft7Uri ? Draft7 : Draft202012;
        }

        foreach (var (name, required) in vocabularies)
        {
            if (!Known.Contains(name) && (bool?)required == true)
            {
                throw new JsonSchemaException(uri, $"the metaschema demands the vocabulary {name}, which is not known here");
            }
        }

        return new JsonDialect(JsonSchemaDraft.Draft202012)
        {
            Validates = vocabularies.ContainsKey(Vocabulary + "validation"),
            Applies = vocabularies.ContainsKey(Vocabulary + "applicator"),
            Unevaluated = vocabularies.ContainsKey(Vocabulary + "unevaluated"),
            AssertsFormat = vocabularies.ContainsKey(Vocabulary + "format-assertion"),
        };
    }
}
