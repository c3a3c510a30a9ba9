using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Headrace.Formats;

namespace Headrace.Json;

/// <summary>
/// Schemas of .NET types, by System.Text.Json's own exporter. They are closed (additionalProperties is false): only then may a member be added later
/// without breaking what was written before, because an open schema already allows anything under its name.
/// </summary>
internal static class JsonSchemaDerivation
{
    /// <exception cref="JsonSchemaException">The type has no schema.</exception>
    public static JsonSchema Of<T>(JsonSerializerOptions serializer)
    {
        try
        {
            var exported = serializer.GetJsonSchemaAsNode(typeof(T), new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Complete });
            var schema = new JsonObject { ["$schema"] = $"{JsonDialect.Draft7Uri}#", ["title"] = MessageTypeName.Of(typeof(T)) };
            foreach (var (name, value) in exported as JsonObject ?? [])
            {
                schema[name] = value?.DeepClone();
            }

            return JsonSchema.Parse(schema.ToJsonString());
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException)
        {
            throw new JsonSchemaException($"{typeof(T).Name} has no JSON Schema: {error.Message} Give it one with JsonSchemaOptions.UseSchema<{typeof(T).Name}>().");
        }
    }

    private static JsonNode Complete(JsonSchemaExporterContext context, JsonNode node)
    {
        if (context.TypeInfo.Kind != JsonTypeInfoKind.Object || node is not JsonObject { } schema || schema["properties"] is not JsonObject properties)
        {
            return node;
        }

        // The exporter requires every parameter without a default; one that may be null is null when it is missing. What it requires beyond members tells types apart.
        var members = context.TypeInfo.Properties.Where(property => properties.ContainsKey(property.Name)).ToList();
        var others = (schema["required"] as JsonArray ?? []).Select(name => (string)name!).Where(name => members.TrueForAll(member => member.Name != name));
        List<string> required = [.. others, .. members.Where(IsRequired).Select(member => member.Name)];
        schema.Remove("required");
        if (required.Count > 0)
        {
            schema["required"] = new JsonArray([.. required.Select(name => JsonValue.Create(name))]);
        }

        schema["additionalProperties"] = false;
        return schema;
    }

    private static bool IsRequired(JsonPropertyInfo property) => property.IsRequired
        || (property.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false } parameter && Nullable.GetUnderlyingType(property.PropertyType) is null && (property.PropertyType.IsValueType || !parameter.IsNullable));
}
