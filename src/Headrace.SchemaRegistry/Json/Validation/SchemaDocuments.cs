using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>All schemas that one may refer to: itself, what was given with it, and the metaschemas. Nothing is fetched.</summary>
internal sealed class SchemaDocuments
{
    /// <summary>How deep a schema's JSON may be: far beyond what is written by hand, and no danger to the stack.</summary>
    private const int MaxDepth = 256;

    private readonly JsonSchemaSettings _settings;
    private readonly Dictionary<string, SchemaResource> _resources = [];
    private readonly Dictionary<JsonNode, (SchemaResource Resource, string Pointer)> _places = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _loading = [];

    public SchemaDocuments(JsonSchemaSettings settings) => _settings = settings;

    public IEnumerable<SchemaResource> Resources => _resources.Values;

    /// <summary>Reads a schema's text.</summary>
    /// <exception cref="JsonSchemaException">It is no JSON, or no schema.</exception>
    public static JsonNode Read(string text, string name)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false }) is { } node && (node is JsonObject || node.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
                ? node
                : throw new JsonSchemaException(name, "a schema is an object or a boolean");
        }
        catch (JsonException error)
        {
            throw new JsonSchemaException(name, $"it is no JSON: {error.Message}");
        }
    }

    /// <summary>Adds a document and everything in it that has an address or a name.</summary>
    public SchemaResource Add(JsonNode root, string uri)
    {
        var resource = new SchemaResource(uri, root, DialectOf(root, uri, JsonDialect.Of(_settings.Draft)));
        _resources.TryAdd(uri, resource);
        Scan(root, resource, "");
        return _places[root].Resource;
    }

    /// <summary>The resource that a part of a schema belongs to, and where it is there.</summary>
    public (SchemaResource Resource, string Pointer) PlaceOf(JsonNode node) => _places[node];

    /// <summary>What a reference leads to.</summary>
    /// <exception cref="JsonSchemaException">Nothing is there.</exception>
    public JsonNode Resolve(SchemaResource from, string reference, string at)
    {
        var target = UriReference.Parse(from.Uri).Resolve(reference);
        var resource = Find(target.Document) ?? Find(UriReference.Parse(reference).Document)
            ?? throw new JsonSchemaException(at, $"it refers to '{reference}', and no schema is called '{target.Document}'. Give its text with the schema ({nameof(JsonSchemaSettings)}.{nameof(JsonSchemaSettings.References)}, or a reference in the registry); nothing is fetched");
        if (string.IsNullOrEmpty(target.Fragment))
        {
            return resource.Root;
        }

        if (JsonPointer.Tokens(target.Fragment) is { } tokens)
        {
            return Walk(resource, tokens) ?? throw new JsonSchemaException(at, $"it refers to '{reference}', and nothing is at '{target.Fragment}' there");
        }

        return resource.Anchors.GetValueOrDefault(Uri.UnescapeDataString(target.Fragment)) ?? throw new JsonSchemaException(at, $"it refers to '{reference}', and nothing has the name '{target.Fragment}' there");
    }

    private JsonNode? Walk(SchemaResource from, IReadOnlyList<string> tokens)
    {
        var (node, owner, pointer) = (from.Root, _places[from.Root].Resource, "");
        foreach (var token in tokens)
        {
            if (JsonPointer.Step(node, token) is not { } next)
            {
                return null;
            }

            (node, pointer) = (next, $"{pointer}/{JsonPointer.Escape(token)}");
            if (_places.TryGetValue(node, out var place))
            {
                (owner, pointer) = place;
            }
        }

        // A place that no keyword makes a schema becomes one because somebody refers to it.
        if (!_places.ContainsKey(node))
        {
            Scan(node, owner, pointer);
        }

        return node is JsonObject || node.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? node : null;
    }

    private SchemaResource? Find(string uri)
    {
        if (_resources.TryGetValue(uri, out var known))
        {
            return known;
        }

        if (_settings.References.TryGetValue(uri, out var text) || _settings.References.TryGetValue($"{uri}#", out text))
        {
            Add(Read(text, uri), uri);
            return _resources[uri];
        }

        if (Metaschemas.Find(uri) is { } metaschema)
        {
            return Add(metaschema, uri);
        }

        // A schema may be given under one name and call itself another.
        foreach (var (name, reference) in _settings.References)
        {
            if (_loading.Add(name) && !_resources.ContainsKey(name))
            {
                Add(Read(reference, name), name);
            }
        }

        return _resources.GetValueOrDefault(uri);
    }

    private void Scan(JsonNode node, SchemaResource resource, string pointer)
    {
        if (node is not JsonObject schema)
        {
            _places.TryAdd(node, (resource, pointer));
            return;
        }

        var refers = resource.Dialect.IsDraft7 && schema.ContainsKey("$ref");
        if (!refers && Text(schema, "$id") is { } id)
        {
            (resource, pointer) = Identify(schema, id, resource, pointer);
        }

        if (!resource.Dialect.IsDraft7)
        {
            NameParts(schema, resource);
        }

        _places[schema] = (resource, pointer);
        foreach (var (step, part) in Subschemas.Of(schema))
        {
            Scan(part, resource, pointer + step);
        }
    }

    private (SchemaResource Resource, string Pointer) Identify(JsonObject schema, string id, SchemaResource resource, string pointer)
    {
        var uri = UriReference.Parse(resource.Uri).Resolve(id);
        var dialect = DialectOf(schema, uri.Document, resource.Dialect);
        if (uri.Document != resource.Uri)
        {
            (resource, pointer) = (new(uri.Document, schema, dialect), "");
            _resources.TryAdd(uri.Document, resource);
        }

        if (!string.IsNullOrEmpty(uri.Fragment) && resource.Dialect.IsDraft7)
        {
            resource.Anchors.TryAdd(uri.Fragment, schema);
        }

        return (resource, pointer);
    }

    private static void NameParts(JsonObject schema, SchemaResource resource)
    {
        if (Text(schema, "$anchor") is { } anchor)
        {
            resource.Anchors.TryAdd(anchor, schema);
        }

        if (Text(schema, "$dynamicAnchor") is { } name)
        {
            resource.Anchors.TryAdd(name, schema);
            resource.DynamicAnchors.Add(name);
        }
    }

    private JsonDialect DialectOf(JsonNode node, string uri, JsonDialect inherited)
    {
        if (node is not JsonObject schema || Text(schema, "$schema") is not { } declared)
        {
            return inherited;
        }

        switch (declared.TrimEnd('#'))
        {
            case JsonDialect.Draft7Uri or "https://json-schema.org/draft-07/schema":
                return JsonDialect.Draft7;
            case JsonDialect.Draft202012Uri:
                return JsonDialect.Draft202012;
            case var metaschema when metaschema == uri:
                return JsonDialect.OfMetaschema(metaschema, schema);
            case var metaschema:
                return JsonDialect.OfMetaschema(metaschema, Find(metaschema)?.Root
                    ?? throw new JsonSchemaException(uri, $"its $schema is '{declared}', which is not known. Draft 2020-12 ({JsonDialect.Draft202012Uri}) and draft 7 ({JsonDialect.Draft7Uri}#) are"));
        }
    }

    private static string? Text(JsonObject schema, string keyword) => schema[keyword] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? (string?)value : null;
}
