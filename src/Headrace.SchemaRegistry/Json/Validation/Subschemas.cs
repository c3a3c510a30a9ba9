using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>Where in a schema other schemas are. What is anywhere else, in an enum or under an unknown keyword, is no schema.</summary>
internal static class Subschemas
{
    private static readonly FrozenSet<string> Single = FrozenSet.Create(
        "items", "contains", "additionalProperties", "propertyNames", "if", "then", "else", "not", "additionalItems", "unevaluatedItems", "unevaluatedProperties");

    private static readonly FrozenSet<string> Lists = FrozenSet.Create("allOf", "anyOf", "oneOf", "prefixItems", "items");

    private static readonly FrozenSet<string> Maps = FrozenSet.Create("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies");

    /// <summary>The schemas right below, with the pointers that lead there.</summary>
    public static IEnumerable<(string Pointer, JsonNode Schema)> Of(JsonObject schema)
    {
        foreach (var (keyword, value) in schema)
        {
            var parts = value switch
            {
                JsonObject when Maps.Contains(keyword) => value.AsObject().Select(member => ($"/{keyword}/{JsonPointer.Escape(member.Key)}", member.Value)),
                JsonArray when Lists.Contains(keyword) => value.AsArray().Select((item, index) => ($"/{keyword}/{index}", item)),
                _ when Single.Contains(keyword) => [($"/{keyword}", value)],
                _ => [],
            };
            foreach (var (pointer, part) in parts)
            {
                if (part is JsonObject or JsonValue)
                {
                    yield return (pointer, part);
                }
            }
        }
    }
}
