using System.Text;
using System.Text.Json.Nodes;
using Headrace.Avro;

namespace Headrace.Schemas.Testing;

/// <summary>Random schemas, values of them, and schemas that have changed a little.</summary>
internal sealed class RandomAvro(int seed)
{
    private static readonly string[] Primitives = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
    private static readonly string[] Words = ["a", "b", "c", "d", "e", "f"];

    private readonly Random _random = new(seed);
    private int _names;

    public JsonNode Schema(int depth = 3)
    {
        var kind = _random.Next(depth > 0 ? 14 : 8);
        return kind switch
        {
            < 8 => Primitives[kind],
            8 => new JsonObject { ["type"] = "array", ["items"] = Schema(depth - 1) },
            9 => new JsonObject { ["type"] = "map", ["values"] = Schema(depth - 1) },
            10 => new JsonObject { ["type"] = "enum", ["name"] = Name("E"), ["symbols"] = new JsonArray("A", "B", "C") },
            11 => new JsonObject { ["type"] = "fixed", ["name"] = Name("F"), ["size"] = _random.Next(5) },
            12 => Union(depth),
            _ => Record(depth),
        };
    }

    public JsonObject Record(int depth = 3) => new()
    {
        ["type"] = "record",
        ["name"] = Name("R"),
        ["fields"] = new JsonArray([.. Words.Take(_random.Next(5)).Select(word => (JsonNode)new JsonObject { ["name"] = word, ["type"] = Schema(depth - 1) })]),
    };

    /// <summary>The schema after somebody worked on it: fields gone, new, moved; numbers wider or narrower; other symbols.</summary>
    public JsonNode Changed(JsonNode schema) => schema switch
    {
        JsonValue value => Changed(value.GetValue<string>()),
        JsonArray union => new JsonArray([.. union.Select(branch => Changed(branch!)).DistinctBy(KindOf)]),
        JsonObject { } type when type["fields"] is JsonArray fields => ChangedRecord(type, fields),
        JsonObject { } type when type["symbols"] is not null => ChangedEnum(type),
        JsonObject { } type when type["items"] is { } items => new JsonObject { ["type"] = "array", ["items"] = Changed(items) },
        JsonObject { } type when type["values"] is { } values => new JsonObject { ["type"] = "map", ["values"] = Changed(values) },
        _ => schema.DeepClone(),
    };

    /// <summary>A value of a parsed schema, as the generic codec has it.</summary>
    public object? Value(AvroSchema schema) => schema.Kind switch
    {
        AvroKind.Null => null,
        AvroKind.Boolean => _random.Next(2) == 0,
        AvroKind.Int => (int)Number(),
        AvroKind.Long => Number(),
        AvroKind.Float => _random.Next(-1000, 1000) / 8f,
        AvroKind.Double => _random.Next(-1000, 1000) / 8d,
        AvroKind.Bytes => Bytes(_random.Next(4)),
        AvroKind.String => Text(),
        AvroKind.Fixed => new AvroFixed(schema.Name!, Bytes(schema.Size)),
        AvroKind.Enum => new AvroSymbol(schema.Name!, schema.Symbols[_random.Next(schema.Symbols.Count)]),
        AvroKind.Array => Enumerable.Range(0, _random.Next(4)).Select(_ => Value(schema.Element!)).ToList(),
        AvroKind.Map => Words.Take(_random.Next(4)).ToDictionary(word => word, _ => Value(schema.Element!)),
        AvroKind.Union => Value(schema.Branches[_random.Next(schema.Branches.Count)]),
        _ => RecordOf(schema),
    };

    private AvroRecord RecordOf(AvroSchema schema)
    {
        var record = new AvroRecord(schema);
        foreach (var field in schema.Fields)
        {
            record[field.Name] = Value(field.Schema);
        }

        return record;
    }

    private JsonNode Changed(string primitive) => _random.Next(6) > 0 ? primitive : primitive switch
    {
        "int" => Pick("long", "float", "double", "string"),
        "long" => Pick("double", "int", "float"),
        "float" => Pick("double", "long"),
        "string" => Pick("bytes", "int"),
        "bytes" => "string",
        _ => primitive,
    };

    private JsonObject ChangedRecord(JsonObject record, JsonArray fields)
    {
        var kept = fields.Where(_ => _random.Next(8) > 0).Select(field => (JsonNode)new JsonObject { ["name"] = field!["name"]!.DeepClone(), ["type"] = Changed(field["type"]!) }).ToList();
        if (_random.Next(3) == 0 && !kept.Exists(field => (string?)field["name"] == "added"))
        {
            var added = new JsonObject { ["name"] = "added", ["type"] = "int" };
            if (_random.Next(4) > 0)
            {
                added["default"] = 7;
            }

            kept.Insert(_random.Next(kept.Count + 1), added);
        }

        if (_random.Next(4) == 0)
        {
            kept.Reverse();
        }

        return new() { ["type"] = "record", ["name"] = record["name"]!.DeepClone(), ["fields"] = new JsonArray([.. kept]) };
    }

    private JsonObject ChangedEnum(JsonObject type) => new()
    {
        ["type"] = "enum",
        ["name"] = type["name"]!.DeepClone(),
        ["symbols"] = _random.Next(3) switch { 0 => new JsonArray("C", "A", "B"), 1 => new JsonArray("B", "A"), _ => new JsonArray("A", "B", "C", "D") },
    };

    // Numbers only once: which of two a value is would be the writer's taste. Nor bytes beside strings.
    private JsonArray Union(int depth)
    {
        var branches = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Schema(depth - 1)).Where(branch => branch is not JsonArray).ToList();
        branches.AddRange(_random.Next(3) == 0 ? [] : ["null"]);
        return branches.Count > 0 ? new([.. branches.DistinctBy(KindOf)]) : new JsonArray("null");
    }

    private static string KindOf(JsonNode? schema) => schema switch
    {
        JsonValue value => value.GetValue<string>() switch { "int" or "long" or "float" or "double" or "boolean" => "number", "bytes" or "string" => "text", var name => name },
        JsonObject type when type["type"]!.GetValue<string>() is "fixed" or "enum" => "text",
        JsonObject type when type["type"]!.GetValue<string>() is "record" => "map",
        JsonObject type => type["type"]!.GetValue<string>(),
        _ => "union",
    };

    private string Name(string prefix) => $"{prefix}{_names++}";

    private string Pick(params string[] words) => words[_random.Next(words.Length)];

    // All of them exact as floats: the Java library takes an int to a double by way of a float.
    private long Number() => _random.Next(3) switch { 0 => _random.Next(-70, 70), 1 => int.MinValue, _ => 1 << _random.Next(31) };

    private byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        _random.NextBytes(bytes);
        return bytes.Select(next => (byte)(next & 0x7F)).ToArray();
    }

    private string Text() => new StringBuilder().Insert(0, "é𝄞x", _random.Next(3)).ToString();
}
