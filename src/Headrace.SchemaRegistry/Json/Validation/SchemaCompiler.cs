using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>Makes validators of schemas, each once, however often it is referred to.</summary>
internal sealed class SchemaCompiler(SchemaDocuments documents, bool assertsFormat)
{
    private readonly Dictionary<JsonNode, CompiledSchema> _compiled = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<SchemaResource> _finished = [];

    /// <exception cref="JsonSchemaException">A reference leads nowhere, or a pattern is none.</exception>
    public CompiledSchema Compile(SchemaResource resource)
    {
        var schema = Compile(resource.Root);
        // What a dynamic reference may find must be there before the first value; compiling it may bring more documents.
        while (documents.Resources.FirstOrDefault(_finished.Add) is { } next)
        {
            foreach (var name in next.DynamicAnchors)
            {
                next.Dynamic[name] = Compile(next.Anchors[name]);
            }
        }

        return schema;
    }

    /// <summary>A part of a schema.</summary>
    public CompiledSchema Compile(JsonNode node)
    {
        if (_compiled.TryGetValue(node, out var known))
        {
            return known;
        }

        var (resource, pointer) = documents.PlaceOf(node);
        var compiled = _compiled[node] = new(resource, pointer);
        if (node is JsonObject schema)
        {
            var keywords = new List<JsonKeyword>();
            AddTo(keywords, new(schema, compiled));
            compiled.Keywords = keywords;
        }
        else
        {
            compiled.Constant = node.GetValue<bool>();
        }

        return compiled;
    }

    private void AddTo(List<JsonKeyword> keywords, Source source)
    {
        var dialect = source.Into.Resource.Dialect;
        if (source.Text("$ref") is { } reference)
        {
            keywords.Add(new AllKeyword("$ref", [Compile(documents.Resolve(source.Into.Resource, reference, source.At("$ref")))]));
            if (dialect.IsDraft7)
            {
                return;
            }
        }

        AddDynamic(keywords, source);
        if (dialect.Validates)
        {
            AssertionCompiler.AddTo(keywords, source.Schema, source.Into);
        }

        AddFormat(keywords, source);
        if (dialect.Applies)
        {
            AddLogic(keywords, source);
            AddItems(keywords, source);
            AddProperties(keywords, source);
        }

        AddUnevaluated(keywords, source);
    }

    private void AddDynamic(List<JsonKeyword> keywords, Source source)
    {
        if (source.Into.Resource.Dialect.IsDraft7 || source.Text("$dynamicRef") is not { } reference)
        {
            return;
        }

        var target = documents.Resolve(source.Into.Resource, reference, source.At("$dynamicRef"));
        var name = UriReference.Parse(reference).Fragment ?? "";
        var isDynamic = target is JsonObject anchored && anchored["$dynamicAnchor"] is JsonValue anchor && (string?)anchor == name;
        keywords.Add(isDynamic ? new DynamicKeyword(name, Compile(target)) : new AllKeyword("$dynamicRef", [Compile(target)]));
    }

    private void AddFormat(List<JsonKeyword> keywords, Source source)
    {
        if ((assertsFormat || source.Into.Resource.Dialect.AssertsFormat) && source.Text("format") is { } format && JsonFormats.Find(format, source.Into.Resource.Dialect.Draft) is { } isValid)
        {
            keywords.Add(new FormatKeyword(format, isValid));
        }
    }

    private void AddLogic(List<JsonKeyword> keywords, Source source)
    {
        foreach (var name in (string[])["allOf", "anyOf", "oneOf"])
        {
            if (source.Schema[name] is JsonArray alternatives)
            {
                var schemas = alternatives.Select(alternative => Compile(alternative!)).ToList();
                keywords.Add(name == "allOf" ? new AllKeyword(name, schemas) : new ChoiceKeyword(name, schemas));
            }
        }

        if (One(source, "not") is { } not)
        {
            keywords.Add(new NotKeyword(not));
        }

        if (One(source, "if") is { } condition)
        {
            keywords.Add(new IfKeyword(condition, One(source, "then"), One(source, "else")));
        }
    }

    private void AddItems(List<JsonKeyword> keywords, Source source)
    {
        var tuple = source.Into.Resource.Dialect.IsDraft7 ? source.Schema["items"] as JsonArray : source.Schema["prefixItems"] as JsonArray;
        var rest = source.Into.Resource.Dialect.IsDraft7 && tuple is not null ? One(source, "additionalItems") : source.Schema["items"] is JsonArray ? null : One(source, "items");
        if (tuple is not null || rest is not null)
        {
            keywords.Add(new ItemsKeyword("items", tuple is null ? [] : [.. tuple.Select(item => Compile(item!))], rest));
        }

        if (One(source, "contains") is { } contains)
        {
            var counts = source.Into.Resource.Dialect is { IsDraft7: false, Validates: true };
            keywords.Add(new ContainsKeyword(contains, (counts ? source.Number("minContains") : null) ?? 1, counts ? source.Number("maxContains") : null));
        }
    }

    private void AddProperties(List<JsonKeyword> keywords, Source source)
    {
        var named = Map(source, "properties").ToFrozenDictionary(pair => pair.Name, pair => pair.Schema);
        var patterns = Map(source, "patternProperties").Select(pair => (AssertionCompiler.Pattern(pair.Name, source.At("patternProperties")), pair.Schema)).ToList();
        var rest = One(source, "additionalProperties");
        if (named.Count > 0 || patterns.Count > 0 || rest is not null)
        {
            keywords.Add(new PropertiesKeyword(named, patterns, rest));
        }

        if (One(source, "propertyNames") is { } names)
        {
            keywords.Add(new PropertyNamesKeyword(names));
        }

        if (!source.Into.Resource.Dialect.IsDraft7)
        {
            keywords.AddRange(Map(source, "dependentSchemas").Select(pair => new DependentKeyword("dependentSchemas", pair.Name, pair.Schema)));
        }

        // In 2020-12 it is no keyword any more, and still what who writes it means.
        keywords.AddRange(Map(source, "dependencies").Select(pair => new DependentKeyword("dependencies", pair.Name, pair.Schema)));
        foreach (var (name, needed) in source.Schema["dependencies"] as JsonObject ?? [])
        {
            if (needed is JsonArray members)
            {
                keywords.Add(new RequiredKeyword("dependencies", [.. members.Select(member => (string)member!)], name));
            }
        }
    }

    private void AddUnevaluated(List<JsonKeyword> keywords, Source source)
    {
        if (source.Into.Resource.Dialect is { IsDraft7: false, Unevaluated: true })
        {
            foreach (var name in (string[])["unevaluatedItems", "unevaluatedProperties"])
            {
                if (One(source, name) is { } schema)
                {
                    keywords.Add(new UnevaluatedKeyword(name, schema));
                    source.Into.NeedsMarks = true;
                }
            }
        }
    }

    private CompiledSchema? One(Source source, string keyword) => source.Schema[keyword] is JsonObject or JsonValue ? Compile(source.Schema[keyword]!) : null;

    private IEnumerable<(string Name, CompiledSchema Schema)> Map(Source source, string keyword) =>
        (source.Schema[keyword] as JsonObject ?? []).Where(pair => pair.Value is JsonObject or JsonValue).Select(pair => (pair.Key, Compile(pair.Value!)));

    /// <summary>A schema's text and what is made of it.</summary>
    private readonly record struct Source(JsonObject Schema, CompiledSchema Into)
    {
        public string At(string keyword) => $"{Into.Path}/{keyword}";

        public string? Text(string keyword) => Schema[keyword] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? (string?)value : null;

        public long? Number(string keyword) => AssertionCompiler.Count(Schema[keyword]);
    }
}
