using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>Makes the keywords that hold no schemas. The text has been checked by its metaschema; what a metaschema cannot say is checked here.</summary>
internal static class AssertionCompiler
{
    public static void AddTo(List<JsonKeyword> keywords, JsonObject schema, CompiledSchema into)
    {
        foreach (var (name, value) in schema)
        {
            if (value is not null && Of(name, value, into) is { } keyword)
            {
                keywords.Add(keyword);
            }
            else if (value is null && name == "const")
            {
                keywords.Add(new EnumKeyword(name, [JsonSerializer.SerializeToElement<object?>(null)]));
            }
        }

        if (!into.Resource.Dialect.IsDraft7 && schema["dependentRequired"] is JsonObject dependent)
        {
            keywords.AddRange(dependent.Select(pair => new RequiredKeyword("dependentRequired", Texts(pair.Value), pair.Key)));
        }
    }

    /// <summary>A pattern, or an exception that names its place.</summary>
    public static EcmaPattern Pattern(string text, string at)
    {
        try
        {
            return EcmaPattern.Parse(text);
        }
        catch (FormatException error)
        {
            throw new JsonSchemaException(at, $"'{text}' is no regular expression that can be used: {error.Message}");
        }
    }

    /// <summary>A limit for a count: 2 may be written 2.0, and one beyond every count is the greatest.</summary>
    public static long? Count(JsonNode? value)
    {
        if (value is not JsonValue || value.GetValueKind() != JsonValueKind.Number)
        {
            return null;
        }

        var element = JsonSerializer.SerializeToElement(value);
        return element.TryGetInt64(out var count) ? count : (long)Math.Clamp(element.GetDouble(), 0, 1e18);
    }

    private static JsonKeyword? Of(string name, JsonNode value, CompiledSchema into) => name switch
    {
        "type" => new TypeKeyword(value is JsonArray ? Texts(value) : [(string)value!]),
        "const" => new EnumKeyword(name, [JsonSerializer.SerializeToElement(value)]),
        "enum" => new EnumKeyword(name, [.. value.AsArray().Select(allowed => JsonSerializer.SerializeToElement(allowed))]),
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" => new BoundKeyword(name, JsonSerializer.SerializeToElement(value)),
        "multipleOf" => new MultipleKeyword(JsonSerializer.SerializeToElement(value)),
        "minLength" or "maxLength" => new LengthKeyword(name, Count(value)!.Value),
        "minItems" or "maxItems" => new ItemCountKeyword(name, Count(value)!.Value),
        "minProperties" or "maxProperties" => new PropertyCountKeyword(name, Count(value)!.Value),
        "uniqueItems" => value.GetValue<bool>() ? new UniqueKeyword() : null,
        "required" => new RequiredKeyword(name, Texts(value)),
        "pattern" => new PatternKeyword(Pattern((string)value!, $"{into.Path}/pattern")),
        _ => null,
    };

    private static IReadOnlyList<string> Texts(JsonNode? list) => [.. list!.AsArray().Select(text => (string)text!)];
}
