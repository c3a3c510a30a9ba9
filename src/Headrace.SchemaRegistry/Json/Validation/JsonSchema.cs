using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Headrace.Json;

namespace Headrace;

/// <summary>
/// A JSON Schema of draft 2020-12 or draft 7, compiled once, that judges values. Neither a schema nor a value can make it run without end: work, depth and
/// the time of regular expressions are bounded, and a value that would pass a bound is refused. Safe for many threads.
/// </summary>
public sealed class JsonSchema
{
    private readonly CompiledSchema _compiled;

    private JsonSchema(string text, JsonNode root, SchemaResource resource, CompiledSchema compiled) =>
        (Text, Root, Draft, _compiled) = (text, root, resource.Dialect.Draft, compiled);

    /// <summary>The schema's text as it was given.</summary>
    public string Text { get; }

    /// <summary>The draft that it is read by.</summary>
    public JsonSchemaDraft Draft { get; }

    /// <summary>What it calls itself: its <c>title</c>, or <see langword="null"/>.</summary>
    public string? Title => Root is JsonObject schema && schema["title"] is JsonValue title ? (string?)title : null;

    /// <summary>The schema as a tree. Nobody writes to it.</summary>
    internal JsonNode Root { get; }

    /// <summary>Reads a schema.</summary>
    /// <exception cref="JsonSchemaException">It is no schema of its draft, or refers to what is not there; the message names the place.</exception>
    public static JsonSchema Parse(string text, JsonSchemaSettings? settings = null)
    {
        settings ??= new();
        var root = SchemaDocuments.Read(text, "#");
        var documents = new SchemaDocuments(settings);
        try
        {
            var resource = documents.Add(root, "");
            Metaschemas.Check(root, resource.Dialect.Draft);
            return new(text, root, resource, new SchemaCompiler(documents, settings.AssertFormat).Compile(resource));
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or ArgumentException)
        {
            throw new JsonSchemaException("#", $"it, or a schema that it refers to, is no JSON Schema: {error.Message}");
        }
    }

    /// <summary>What is wrong with a value, at most 20 violations; empty when nothing is.</summary>
    public IReadOnlyList<JsonViolation> Validate(JsonElement value) => new Evaluation(JsonMarshal.GetRawUtf8Value(value).Length).Judge(_compiled, value);

    /// <summary>What is wrong with a value of UTF-8 JSON, at most 20 violations; empty when nothing is. No member may stand twice.</summary>
    /// <param name="json">The value.</param>
    /// <param name="maxDepth">How deep it may be nested.</param>
    /// <exception cref="JsonException">It is no JSON, or nested deeper.</exception>
    public IReadOnlyList<JsonViolation> Validate(ReadOnlyMemory<byte> json, int maxDepth = 64)
    {
        using var document = JsonDocument.Parse(json, new() { MaxDepth = maxDepth, AllowDuplicateProperties = false });
        return new Evaluation(json.Length).Judge(_compiled, document.RootElement);
    }

    /// <summary>The schema's text.</summary>
    public override string ToString() => Text;
}
