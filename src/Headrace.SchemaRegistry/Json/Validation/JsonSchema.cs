using System.Buffers;
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
    private readonly SchemaDocuments _documents;
    private readonly SchemaCompiler _compiler;

    // Comparing looks at parts that nothing refers to; what is compiled for that is kept.
    private readonly Lock _comparing = new();

    private JsonSchema(string text, JsonNode root, SchemaDocuments documents, SchemaResource resource, JsonSchemaSettings settings)
    {
        (Text, Root, Draft, Settings, _documents) = (text, root, resource.Dialect.Draft, settings, documents);
        _compiler = new(documents, settings.AssertFormat);
        _compiled = _compiler.Compile(resource);
    }

    /// <summary>The schema's text as it was given.</summary>
    public string Text { get; }

    /// <summary>The draft that it is read by.</summary>
    public JsonSchemaDraft Draft { get; }

    /// <summary>What it calls itself: its <c>title</c>, or <see langword="null"/>.</summary>
    public string? Title => Root is JsonObject schema && schema["title"] is JsonValue title ? (string?)title : null;

    /// <summary>The schema as a tree. Nobody writes to it.</summary>
    internal JsonNode Root { get; }

    /// <summary>How it was read.</summary>
    internal JsonSchemaSettings Settings { get; }

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
            return new(text, root, documents, resource, settings);
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
    public IReadOnlyList<JsonViolation> Validate(ReadOnlySpan<byte> json, int maxDepth = 64)
    {
        var copy = ArrayPool<byte>.Shared.Rent(json.Length);
        try
        {
            json.CopyTo(copy);
            using var document = JsonDocument.Parse(copy.AsMemory(0, json.Length), new() { MaxDepth = maxDepth, AllowDuplicateProperties = false });
            return new Evaluation(json.Length).Judge(_compiled, document.RootElement);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    /// <summary>What a $ref in a part of the schema leads to.</summary>
    internal JsonNode Follow(JsonObject part, string reference)
    {
        lock (_comparing)
        {
            return _documents.Resolve(_documents.PlaceOf(part).Resource, reference, "#");
        }
    }

    /// <summary>Whether a value is what a part of the schema says.</summary>
    internal bool IsValid(JsonObject part, JsonElement value)
    {
        lock (_comparing)
        {
            return new Evaluation(JsonMarshal.GetRawUtf8Value(value).Length).Judge(_compiler.Compile(part), value).Count == 0;
        }
    }

    /// <summary>The schema's text.</summary>
    public override string ToString() => Text;
}
