using System.Text.Json;

namespace Headrace.Avro;

/// <summary>Reads schemas of JSON and checks every rule of the specification's "Schema Declaration" and "Names".</summary>
internal sealed class AvroSchemaParser
{
    /// <summary>How deep a schema's JSON may be: far beyond what is written by hand, and no danger to the stack.</summary>
    private const int MaxDepth = 256;

    private readonly Dictionary<string, AvroSchema> _named = [];
    private readonly List<Action> _defaults = [];

    private AvroSchemaParser(IEnumerable<AvroSchema> references)
    {
        foreach (var reference in references)
        {
            Collect(reference);
        }
    }

    public static AvroSchema Parse(string json, IEnumerable<AvroSchema> references)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new() { MaxDepth = MaxDepth });
        }
        catch (JsonException error)
        {
            throw new AvroSchemaException("$", $"it is no JSON: {error.Message}");
        }

        using (document)
        {
            var parser = new AvroSchemaParser(references);
            var schema = parser.Parse(document.RootElement, "", "$");
            // Only now is every record complete that a default may be of.
            parser._defaults.ForEach(check => check());
            return schema;
        }
    }

    private void Collect(AvroSchema schema)
    {
        if (schema.TypeName is { } name && !_named.TryAdd(name.Full, schema))
        {
            return;
        }

        foreach (var part in schema.Fields.Select(field => field.Schema).Concat(schema.Branches))
        {
            Collect(part);
        }

        if (schema.Element is { } element)
        {
            Collect(element);
        }
    }

    private AvroSchema Parse(JsonElement json, string space, string path) => json.ValueKind switch
    {
        JsonValueKind.String => Named(json.GetString()!, space, path),
        JsonValueKind.Array => Union(json, space, path),
        JsonValueKind.Object => Object(json, space, path),
        _ => throw new AvroSchemaException(path, $"a schema is a name, an object or an array, and this is {json.ValueKind}."),
    };

    private AvroSchema Named(string text, string space, string path)
    {
        if (AvroNames.TryKind(text, out var kind) && kind <= AvroKind.String)
        {
            return new(kind);
        }

        var name = AvroName.In(space, text).Full;
        return _named.TryGetValue(name, out var schema) ? schema : throw new AvroSchemaException(
            path, $"nothing is called '{name}' here. A type is defined before it is used, in this schema or in one that it refers to{Known()}.");
    }

    private string Known() => _named.Count == 0 ? "" : $" (known: {string.Join(", ", _named.Keys.Take(10))})";

    private AvroSchema Union(JsonElement json, string space, string path)
    {
        var branches = new List<AvroSchema>();
        var seen = new HashSet<string>();
        foreach (var (index, item) in json.EnumerateArray().Index())
        {
            var at = $"{path}[{index}]";
            var branch = Parse(item, space, at);
            if (branch.Kind == AvroKind.Union)
            {
                throw new AvroSchemaException(at, "a union cannot hold a union directly. Put its types into the outer one.");
            }

            if (!seen.Add(branch.Name ?? AvroNames.Of(branch.Kind)))
            {
                throw new AvroSchemaException(at, $"the union holds {branch.Label} twice, so a value would not say which it is. Only named types may occur more than once, by different names.");
            }

            branches.Add(branch);
        }

        return new(AvroKind.Union) { Branches = branches };
    }

    private AvroSchema Object(JsonElement json, string space, string path)
    {
        var type = Required(json, "type", path);
        if (type.ValueKind != JsonValueKind.String)
        {
            return Parse(type, space, $"{path}.type");
        }

        if (!AvroNames.TryKind(type.GetString()!, out var kind))
        {
            return Named(type.GetString()!, space, $"{path}.type");
        }

        return kind switch
        {
            AvroKind.Record => Record(json, space, path),
            AvroKind.Enum => Enumeration(json, space, path),
            AvroKind.Fixed => Fixed(json, space, path),
            AvroKind.Array => new(kind) { Element = Parse(Required(json, "items", path), space, $"{path}.items") },
            AvroKind.Map => new(kind) { Element = Parse(Required(json, "values", path), space, $"{path}.values") },
            _ => AvroLogicalTypes.Apply(json, kind, size: 0, (logical, precision, scale) => new(kind) { Logical = logical, Precision = precision, Scale = scale }),
        };
    }

    private AvroSchema Record(JsonElement json, string space, string path)
    {
        var name = NameOf(json, space, path);
        var record = new AvroSchema(AvroKind.Record) { TypeName = name, Aliases = Aliases(json, name.Space, path) };
        Define(record, path);
        var list = Required(json, "fields", path);
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new AvroSchemaException($"{path}.fields", "the fields of a record are an array.");
        }

        var fields = new List<AvroField>();
        var names = new HashSet<string>();
        foreach (var (index, item) in list.EnumerateArray().Index())
        {
            var at = $"{path}.fields[{index}]";
            var field = Field(item, name.Space, at);
            if (!names.Add(field.Name))
            {
                throw new AvroSchemaException(at, $"the record has a field '{field.Name}' already.");
            }

            fields.Add(field);
        }

        record.Fields = fields;
        foreach (var (index, field) in fields.Index().Where(pair => pair.Item.Default is not null))
        {
            _defaults.Add(() => fields[index] = field with { DefaultBytes = AvroDefaults.Encode(field.Default!.Value, field.Schema, $"{path}.fields[{index}].default") });
        }

        return record;
    }

    private AvroField Field(JsonElement json, string space, string path)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new AvroSchemaException(path, "a field is an object with a name and a type.");
        }

        var name = Text(Required(json, "name", path), $"{path}.name");
        if (!AvroName.IsSimple(name))
        {
            throw new AvroSchemaException($"{path}.name", $"'{name}' is no name: it begins with a letter or _, and goes on with letters, digits and _.");
        }

        var schema = Parse(Required(json, "type", path), space, $"{path}.type");
        return new(name, schema, json.TryGetProperty("default", out var value) ? value.Clone() : null, Texts(json, "aliases", path));
    }

    private AvroSchema Enumeration(JsonElement json, string space, string path)
    {
        var name = NameOf(json, space, path);
        Required(json, "symbols", path);
        var symbols = Texts(json, "symbols", path);
        if (symbols.FirstOrDefault(symbol => !AvroName.IsSimple(symbol)) is { } wrong)
        {
            throw new AvroSchemaException($"{path}.symbols", $"'{wrong}' is no symbol: it begins with a letter or _, and goes on with letters, digits and _.");
        }

        if (symbols.GroupBy(symbol => symbol).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new AvroSchemaException($"{path}.symbols", $"'{twice.Key}' is there twice.");
        }

        var symbolByDefault = json.TryGetProperty("default", out var value) ? Text(value, $"{path}.default") : null;
        if (symbolByDefault is not null && !symbols.Contains(symbolByDefault))
        {
            throw new AvroSchemaException($"{path}.default", $"'{symbolByDefault}' is not among the symbols ({string.Join(", ", symbols)}).");
        }

        return Define(new(AvroKind.Enum) { TypeName = name, Aliases = Aliases(json, name.Space, path), Symbols = symbols, DefaultSymbol = symbolByDefault }, path);
    }

    private AvroSchema Fixed(JsonElement json, string space, string path)
    {
        var name = NameOf(json, space, path);
        if (Required(json, "size", path) is not { ValueKind: JsonValueKind.Number } number || !number.TryGetInt32(out var size) || size < 0)
        {
            throw new AvroSchemaException($"{path}.size", "the size of a fixed is a whole number of bytes, 0 or more.");
        }

        var aliases = Aliases(json, name.Space, path);
        return Define(
            AvroLogicalTypes.Apply(json, AvroKind.Fixed, size, (logical, precision, scale) => new(AvroKind.Fixed)
            {
                TypeName = name,
                Aliases = aliases,
                Size = size,
                Logical = logical,
                Precision = precision,
                Scale = scale,
            }),
            path);
    }

    private AvroSchema Define(AvroSchema schema, string path) => _named.TryAdd(schema.Name!, schema)
        ? schema
        : throw new AvroSchemaException(path, $"'{schema.Name}' is defined already. Give it another name, or refer to it by its name alone.");

    private static AvroName NameOf(JsonElement json, string space, string path)
    {
        var text = Text(Required(json, "name", path), $"{path}.name");
        var own = json.TryGetProperty("namespace", out var given) && given.ValueKind != JsonValueKind.Null ? Text(given, $"{path}.namespace") : space;
        var name = AvroName.In(own, text);
        if (!AvroName.IsFull(name.Full))
        {
            throw new AvroSchemaException($"{path}.name", $"'{name.Full}' is no name: each of its parts begins with a letter or _, and goes on with letters, digits and _.");
        }

        return name.Space.Length == 0 && AvroNames.TryKind(name.Full, out _)
            ? throw new AvroSchemaException($"{path}.name", $"'{name.Full}' is a type of Avro itself. Choose another name.")
            : name;
    }

    private static List<string> Aliases(JsonElement json, string space, string path) =>
        [.. Texts(json, "aliases", path).Select(alias => AvroName.In(space, alias).Full)];

    private static List<string> Texts(JsonElement json, string property, string path)
    {
        if (!json.TryGetProperty(property, out var list))
        {
            return [];
        }

        return list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Index().Select(pair => Text(pair.Item, $"{path}.{property}[{pair.Index}]"))]
            : throw new AvroSchemaException($"{path}.{property}", "it is an array of texts.");
    }

    private static string Text(JsonElement json, string path) =>
        json.ValueKind == JsonValueKind.String ? json.GetString()! : throw new AvroSchemaException(path, $"a text is needed here, and this is {json.ValueKind}.");

    private static JsonElement Required(JsonElement json, string property, string path) =>
        json.TryGetProperty(property, out var value) ? value : throw new AvroSchemaException(path, $"'{property}' is missing.");
}
