using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>
/// What a reader demands of a message beyond what its writer's schema promised: the reader's schema, with members allowed that it does not know. Writers are
/// newer than readers while an application is rolled out.
/// </summary>
internal static class OpenSchemas
{
    public static JsonSchema Of(JsonSchema schema)
    {
        var root = schema.Root.DeepClone();
        Open(root);
        return JsonSchema.Parse(root.ToJsonString(), schema.Settings);
    }

    private static void Open(JsonNode? node)
    {
        if (node is not JsonObject schema)
        {
            return;
        }

        foreach (var keyword in (string[])["additionalProperties", "unevaluatedProperties"])
        {
            if (schema[keyword] is JsonValue value && value.TryGetValue(out bool allowed) && !allowed)
            {
                schema.Remove(keyword);
            }
        }

        foreach (var (_, part) in Subschemas.Of(schema).ToList())
        {
            Open(part);
        }
    }
}
