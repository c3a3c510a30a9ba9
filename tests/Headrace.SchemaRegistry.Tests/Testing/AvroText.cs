using System.Text.Json.Nodes;
using Headrace.Avro;

namespace Headrace.Schemas.Testing;

/// <summary>Values in Avro's JSON encoding (https://avro.apache.org/docs/1.12.0/specification/#json-encoding), as other libraries print them.</summary>
internal static class AvroText
{
    public static JsonNode? Of(AvroSchema schema, object? value) => (schema.Kind, value) switch
    {
        (AvroKind.Union, _) => OfUnion(schema, value),
        (AvroKind.Record, AvroRecord record) => new JsonObject(schema.Fields.Select(field => KeyValuePair.Create(field.Name, Of(field.Schema, record[field.Name])))),
        (AvroKind.Array, System.Collections.IEnumerable items) => new JsonArray([.. items.Cast<object?>().Select(item => Of(schema.Element!, item))]),
        (AvroKind.Map, IReadOnlyDictionary<string, object?> map) => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, Of(schema.Element!, pair.Value)))),
        (AvroKind.Enum, AvroSymbol symbol) => symbol.Name,
        (AvroKind.Fixed, AvroFixed bytes) => Latin(bytes.Value.ToArray()),
        (AvroKind.Bytes, byte[] bytes) => Latin(bytes),
        _ => JsonValue.Create(value),
    };

    private static JsonObject? OfUnion(AvroSchema union, object? value)
    {
        var branch = union.Branches.First(branch => IsOf(branch, value));
        return value is null ? null : new JsonObject { [branch.Name ?? branch.Kind.ToString().ToLowerInvariant()] = Of(branch, value) };
    }

    private static bool IsOf(AvroSchema schema, object? value) => (schema.Kind, value) switch
    {
        (AvroKind.Null, null) or (AvroKind.Boolean, bool) or (AvroKind.Int, int) or (AvroKind.Long, long) or (AvroKind.Float, float) or (AvroKind.Double, double) => true,
        (AvroKind.String, string) or (AvroKind.Bytes, byte[]) or (AvroKind.Enum, AvroSymbol) or (AvroKind.Fixed, AvroFixed) or (AvroKind.Record, AvroRecord) => true,
        (AvroKind.Map, System.Collections.IDictionary) => true,
        (AvroKind.Array, System.Collections.IList and not byte[]) => true,
        _ => false,
    };

    private static string Latin(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);
}
