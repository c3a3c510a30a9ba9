using System.Text.Json.Nodes;

namespace Headrace.Schemas.Testing;

/// <summary>Random JSON Schemas of the kind that types have – objects, lists, values with limits – and the same after somebody worked on them.</summary>
internal sealed class RandomJsonSchema(int seed)
{
    private static readonly string[] Words = ["a", "b", "c", "d"];

    private readonly Random _random = new(seed);

    public JsonObject Object(int depth = 2)
    {
        var names = Words.Take(_random.Next(1, 5)).ToList();
        var schema = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject(names.Select(name => KeyValuePair.Create(name, (JsonNode?)Schema(depth - 1)))) };
        Require(schema, names.Where(_ => _random.Next(2) == 0));
        if (_random.Next(3) > 0)
        {
            schema["additionalProperties"] = false;
        }

        return schema;
    }

    /// <summary>The schema after a change or two: members gone, new, needed or no longer; wider and narrower limits; other types.</summary>
    public JsonObject Changed(JsonObject schema)
    {
        var changed = (JsonObject)schema.DeepClone();
        for (var count = _random.Next(1, 3); count > 0; count--)
        {
            Change(changed);
        }

        return changed;
    }

    private JsonObject Schema(int depth) => _random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => new() { ["type"] = "string" },
        1 => new() { ["type"] = "string", [Pick("minLength", "maxLength")] = _random.Next(1, 9) },
        2 => new() { ["type"] = "integer" },
        3 => new() { ["type"] = Pick("integer", "number"), [Pick("minimum", "maximum")] = _random.Next(1, 9) },
        4 => new() { ["type"] = "boolean" },
        5 => new() { ["enum"] = new JsonArray([.. Words.Take(_random.Next(1, 4)).Select(word => JsonValue.Create(word))]) },
        6 => new() { ["type"] = "array", ["items"] = Schema(depth - 1) },
        _ => Object(depth),
    };

    private void Change(JsonObject schema)
    {
        if (schema["properties"] is JsonObject members)
        {
            ChangeObject(schema, members);
        }
        else if (schema["items"] is JsonObject items)
        {
            Change(items);
        }
        else if (schema["enum"] is JsonArray values)
        {
            schema["enum"] = new JsonArray([.. (_random.Next(2) == 0 ? values.Select(value => (string)value!).Append("new") : values.Select(value => (string)value!).Take(Math.Max(1, values.Count - 1))).Distinct().Select(value => JsonValue.Create(value))]);
        }
        else
        {
            ChangeValue(schema);
        }
    }

    private void ChangeObject(JsonObject schema, JsonObject members)
    {
        var names = members.Select(member => member.Key).ToList();
        var required = (schema["required"] as JsonArray ?? []).Select(name => (string)name!).ToList();
        switch (_random.Next(5))
        {
            case 0 when names.Count > 1:
                members.Remove(names[0]);
                Require(schema, required.Where(name => name != names[0]));
                break;
            case 1:
                members["added"] = Schema(0);
                break;
            case 2 when required.Count > 0:
                Require(schema, required.Skip(1));
                break;
            case 3:
                Require(schema, required.Append(names[^1]).Distinct());
                break;
            case var _ when names.Count > 0:
                Change((JsonObject)members[names[_random.Next(names.Count)]]!);
                break;
        }
    }

    private void ChangeValue(JsonObject schema)
    {
        foreach (var limit in (string[])["minLength", "maxLength", "minimum", "maximum"])
        {
            if (schema.ContainsKey(limit))
            {
                schema[limit] = _random.Next(1, 9);
                return;
            }
        }

        schema["type"] = (string)schema["type"]! switch
        {
            "integer" => Pick("number", "string"),
            "number" => Pick("integer", "number"),
            "string" => Pick("integer", "string"),
            var other => other,
        };
    }

    private static void Require(JsonObject schema, IEnumerable<string> names)
    {
        schema.Remove("required");
        if (names.ToList() is { Count: > 0 } required)
        {
            schema["required"] = new JsonArray([.. required.Select(name => JsonValue.Create(name))]);
        }
    }

    private string Pick(params string[] words) => words[_random.Next(words.Length)];
}
