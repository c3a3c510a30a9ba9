using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>
/// One schema as the conjunction of objects that hold together: itself, what $ref leads to, and the parts of allOf. A keyword is looked up in all of them.
/// </summary>
internal sealed class SchemaView
{
    private const int MaxParts = 200;

    private static readonly string[] Known = ["null", "boolean", "number", "string", "array", "object"];

    private readonly List<JsonObject> _parts = [];
    private readonly HashSet<JsonNode> _decided = new(ReferenceEqualityComparer.Instance);
    private string? _type;
    private readonly JsonSchema _schema;

    private SchemaView(JsonSchema schema) => _schema = schema;

    /// <summary>Whether it allows nothing.</summary>
    public bool IsNothing { get; private set; }

    /// <summary>What holds; empty when everything is allowed.</summary>
    public IReadOnlyList<JsonObject> Parts => _parts;

    /// <summary>What makes it different from others of the same schema.</summary>
    public string Key => $"{_type}|{IsNothing}|{string.Join(',', _parts.Concat(_decided).Select(node => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(node)).Order())}";

    public bool IsDraft7 => _schema.Draft == JsonSchemaDraft.Draft7;

    public static SchemaView Of(JsonSchema schema, JsonNode? node) => Of(schema, [node]);

    /// <summary>Several schemas that hold together; one that is missing allows everything.</summary>
    public static SchemaView Of(JsonSchema schema, IEnumerable<JsonNode?> nodes)
    {
        var view = new SchemaView(schema);
        foreach (var node in nodes)
        {
            view.Add(node);
        }

        return view;
    }

    /// <summary>The same, where one of its choices is decided.</summary>
    public SchemaView With(JsonNode? alternative, JsonArray choice)
    {
        var view = Copy();
        view._decided.Add(choice);
        view.Add(alternative);
        return view;
    }

    /// <summary>Other schemas of the same text, by themselves.</summary>
    public SchemaView Alone(params IEnumerable<JsonNode?> nodes) => Of(_schema, nodes);

    /// <summary>The same, of one type only.</summary>
    public SchemaView OfType(string type)
    {
        var view = Copy();
        view._type = type;
        return view;
    }

    /// <summary>The alternatives, anyOf and oneOf, that are not decided yet.</summary>
    public IEnumerable<(JsonArray Alternatives, bool IsOneOf)> Choices() => _parts
        .SelectMany(part => ((JsonArray?, bool)[])[(part["anyOf"] as JsonArray, false), (part["oneOf"] as JsonArray, true)])
        .Where(choice => choice.Item1 is not null && !_decided.Contains(choice.Item1)).Select(choice => (choice.Item1!, choice.Item2));

    /// <summary>The types that are allowed.</summary>
    public IReadOnlyList<string> Types()
    {
        IEnumerable<string> types = _type is null ? Known : [_type];
        foreach (var value in All("type"))
        {
            var allowed = value is JsonArray several ? several.Select(name => (string)name!).ToList() : [(string)value!];
            types = types.SelectMany(type => allowed.Contains(type) ? [type]
                : type == "integer" && allowed.Contains("number") ? [type]
                : type == "number" && allowed.Contains("integer") ? (string[])["integer"] : []).Distinct().ToList();
        }

        return [.. types];
    }

    /// <summary>The values of a keyword, one of each part that has it.</summary>
    public IEnumerable<JsonNode> All(string keyword) => _parts.Select(part => part[keyword]).OfType<JsonNode>();

    /// <summary>The schemas that a member must fulfil.</summary>
    public SchemaView Member(string name) => Of(_schema, _parts.SelectMany(part => Members(part, name)));

    /// <summary>The schemas that members must fulfil that no part names.</summary>
    public SchemaView Rest() => Of(_schema, All("additionalProperties"));

    /// <summary>The schemas that an item must fulfil.</summary>
    public SchemaView Item(int index) => Of(_schema, _parts.Select(part => ItemOf(part, index)));

    public IEnumerable<string> Names() => All("properties").OfType<JsonObject>().SelectMany(map => map.Select(member => member.Key)).Distinct();

    public IEnumerable<string> Required() => All("required").OfType<JsonArray>().SelectMany(names => names.Select(name => (string)name!)).Distinct();

    public IEnumerable<(string Pattern, JsonNode? Schema)> Patterns() => All("patternProperties").OfType<JsonObject>().SelectMany(map => map.Select(member => (member.Key, member.Value)));

    /// <summary>How many items have a schema by their place.</summary>
    public int Places() => _parts.Select(part => (Tuple(part)?.Count ?? 0)).DefaultIfEmpty(0).Max();

    /// <summary>The tightest limit; <see langword="null"/> when there is none.</summary>
    public JsonElement? Tightest(string keyword, bool greatest)
    {
        JsonElement? found = null;
        foreach (var value in All(keyword))
        {
            var limit = JsonSerializer.SerializeToElement(value);
            if (limit.ValueKind == JsonValueKind.Number && (found is not { } known || JsonNumber.Of(limit).CompareTo(JsonNumber.Of(known)) * (greatest ? 1 : -1) > 0))
            {
                found = limit;
            }
        }

        return found;
    }

    /// <summary>Whether a value is what all parts say.</summary>
    public bool Allows(JsonElement value) => !IsNothing && Types().Any(type => JsonText.TypeOf(value) is var actual && (actual == type || (actual == "integer" && type == "number"))) && _parts.TrueForAll(part => _schema.IsValid(part, value));

    private void Add(JsonNode? node)
    {
        if (_parts.Count > MaxParts)
        {
            throw new EvaluationLimitException("the schema is too large to compare");
        }

        if (node is JsonValue constant)
        {
            IsNothing |= constant.TryGetValue(out bool allowed) && !allowed;
        }
        else if (node is JsonObject schema && !_parts.Exists(part => ReferenceEquals(part, schema)))
        {
            var isReference = schema["$ref"] is JsonValue;
            if (!isReference || (!IsDraft7 && schema.Count > 1))
            {
                _parts.Add(schema);
            }

            if (isReference)
            {
                Add(_schema.Follow(schema, (string)schema["$ref"]!));
            }

            foreach (var other in !(isReference && IsDraft7) && schema["allOf"] is JsonArray all ? all : [])
            {
                Add(other);
            }
        }
    }

    private static IEnumerable<JsonNode?> Members(JsonObject part, string name)
    {
        var isKnown = false;
        if (part["properties"] is JsonObject named && named.TryGetPropertyValue(name, out var schema))
        {
            isKnown = true;
            yield return schema;
        }

        foreach (var (pattern, matched) in part["patternProperties"] as JsonObject ?? [])
        {
            var time = TimeSpan.Zero;
            if (EcmaPattern.Parse(pattern).IsMatch(name, ref time))
            {
                isKnown = true;
                yield return matched;
            }
        }

        if (!isKnown)
        {
            yield return part["additionalProperties"];
        }
    }

    private JsonNode? ItemOf(JsonObject part, int index)
    {
        var tuple = Tuple(part);
        return index < tuple?.Count ? tuple[index]
            : tuple is not null && IsDraft7 ? part["additionalItems"]
            : part["items"] is JsonArray ? null : part["items"];
    }

    private JsonArray? Tuple(JsonObject part) => (IsDraft7 ? part["items"] : part["prefixItems"]) as JsonArray;

    private SchemaView Copy()
    {
        var view = new SchemaView(_schema) { IsNothing = IsNothing, _type = _type };
        view._parts.AddRange(_parts);
        view._decided.UnionWith(_decided);
        return view;
    }
}
