using System.Text.Json.Nodes;

namespace Headrace.Schemas.Testing;

/// <summary>
/// Changes of JSON Schemas that another registry refuses and the specification allows. A verdict is explained when the other registry accepts the change as soon as
/// the writer's schema says the listed thing in the reader's words.
/// </summary>
internal static class KnownJsonDifferences
{
    public static bool Explain(JavaAvro other, VerdictCase judged) =>
        judged.Pairs().All(pair => other.IsCompatible(
            new(judged.Kind, SchemaCompatibility.Backward, pair.Reader, [Said(JsonNode.Parse(pair.Writer)!, JsonNode.Parse(pair.Reader)!).ToJsonString()])));

    private static JsonNode Said(JsonNode writer, JsonNode reader)
    {
        if (writer is not JsonObject before || reader is not JsonObject next)
        {
            return writer.DeepClone();
        }

        if (IsTextsToText(before, next) || IsTypeAmongTypes(before, next))
        {
            return next.DeepClone();
        }

        var said = (JsonObject)before.DeepClone();
        if (before["items"] is { } items && next["items"] is { } nextItems)
        {
            said["items"] = Said(items, nextItems);
        }

        foreach (var (name, member) in before["properties"] as JsonObject ?? [])
        {
            if (next["properties"]?[name] is { } nextMember)
            {
                said["properties"]![name] = Said(member!, nextMember);
            }
        }

        return said;
    }

    // {"enum": ["A", "B"]} becomes {"type": "string"}, within lengths that all of them have.
    private static bool IsTextsToText(JsonObject before, JsonObject next) =>
        before is { Count: 1 } && before["enum"] is JsonArray values && values.All(value => value!.GetValueKind() == System.Text.Json.JsonValueKind.String)
        && next["type"]?.ToJsonString() == "\"string\"" && next.All(keyword => keyword.Key is "type" or "minLength" or "maxLength")
        && values.All(value => ((string)value!).Length is var length && length >= ((int?)next["minLength"] ?? 0) && length <= ((int?)next["maxLength"] ?? int.MaxValue));

    // {"type": "string"}, whatever else it says, becomes {"type": ["string", "null"]} and nothing else; an enum of texts is a string too.
    private static bool IsTypeAmongTypes(JsonObject before, JsonObject next) =>
        next is { Count: 1 } && next["type"] is JsonArray types
        && (before["type"] is JsonValue type ? types.Any(other => (string)other! == (string)type!) : IsTextsToText(before, new() { ["type"] = "string" }) && types.Any(other => (string)other! == "string"));
}
