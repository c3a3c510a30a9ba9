using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>
/// The schemas that schemas must fulfil, of https://json-schema.org/draft-07/schema and https://json-schema.org/draft/2020-12/schema, without what says
/// nothing about validity (titles, defaults, comments).
/// </summary>
internal static class Metaschemas
{
    private static readonly FrozenDictionary<string, string> Texts = Read();

    private static readonly Lazy<CompiledSchema> Draft7 = new(() => Compile(JsonDialect.Draft7Uri));

    private static readonly Lazy<CompiledSchema> Draft202012 = new(() => Compile(JsonDialect.Draft202012Uri));

    /// <summary>A metaschema's text as a tree of the caller's own; <see langword="null"/> when the address is of none.</summary>
    public static JsonNode? Find(string uri) => Texts.TryGetValue(uri, out var text) ? JsonNode.Parse(text) : null;

    /// <summary>Throws when a schema breaks a rule of its draft.</summary>
    public static void Check(JsonNode schema, JsonSchemaDraft draft)
    {
        var text = JsonSerializer.SerializeToElement(schema);
        var size = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(text).Length;
        var violations = new Evaluation(size).Judge((draft == JsonSchemaDraft.Draft7 ? Draft7 : Draft202012).Value, text);
        if (violations.Count > 0)
        {
            throw new JsonSchemaException($"#{violations[0].Path}", $"{violations[0].Message} ({violations[0].Keyword})");
        }
    }

    private static CompiledSchema Compile(string uri)
    {
        var documents = new SchemaDocuments(new());
        return new SchemaCompiler(documents, assertsFormat: false).Compile(documents.Add(Find(uri)!, uri));
    }

    private static FrozenDictionary<string, string> Read()
    {
        using var file = typeof(Metaschemas).Assembly.GetManifestResourceStream("Headrace.Json.metaschemas.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(file)!.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.GetRawText());
    }
}
