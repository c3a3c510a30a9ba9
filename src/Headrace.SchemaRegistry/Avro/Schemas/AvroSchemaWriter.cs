using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Headrace.Avro;

/// <summary>Writes a schema as JSON. A named type is written out where it comes first, and by its name from there on.</summary>
internal sealed class AvroSchemaWriter
{
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Utf8JsonWriter _json;
    private readonly bool _isCanonical;
    private readonly HashSet<AvroSchema> _written = [];

    private AvroSchemaWriter(Utf8JsonWriter json, bool isCanonical) => (_json, _isCanonical) = (json, isCanonical);

    public static string Full(AvroSchema schema) => Write(schema, isCanonical: false);

    /// <summary>The specification's "Transforming into Parsing Canonical Form".</summary>
    public static string Canonical(AvroSchema schema) => Write(schema, isCanonical: true);

    private static string Write(AvroSchema schema, bool isCanonical)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Unescaped))
        {
            new AvroSchemaWriter(json, isCanonical).Write(schema);
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    private void Write(AvroSchema schema)
    {
        if (schema.Kind == AvroKind.Union)
        {
            _json.WriteStartArray();
            foreach (var branch in schema.Branches)
            {
                Write(branch);
            }

            _json.WriteEndArray();
        }
        else if (schema.TypeName is { } name && !_written.Add(schema))
        {
            _json.WriteStringValue(name.Full);
        }
        else if (schema.Kind <= AvroKind.String && (_isCanonical || schema.Logical == AvroLogical.None))
        {
            _json.WriteStringValue(AvroNames.Of(schema.Kind));
        }
        else
        {
            WriteObject(schema);
        }
    }

    private void WriteObject(AvroSchema schema)
    {
        _json.WriteStartObject();
        if (schema.TypeName is { } name)
        {
            _json.WriteString("name", name.Full);
            if (!_isCanonical && _written.Count > 1 && name.Space.Length == 0)
            {
                // Or it would be read as a name of the namespace around it.
                _json.WriteString("namespace", "");
            }
        }

        _json.WriteString("type", AvroNames.Of(schema.Kind));
        if (!_isCanonical)
        {
            WriteAliases(schema.Aliases);
        }

        WriteContent(schema);
        if (!_isCanonical && schema.Logical != AvroLogical.None)
        {
            WriteLogical(schema);
        }

        _json.WriteEndObject();
    }

    private void WriteContent(AvroSchema schema)
    {
        switch (schema.Kind)
        {
            case AvroKind.Record:
                WriteFields(schema);
                break;
            case AvroKind.Enum:
                WriteTexts("symbols", schema.Symbols);
                if (!_isCanonical && schema.DefaultSymbol is { } symbol)
                {
                    _json.WriteString("default", symbol);
                }

                break;
            case AvroKind.Fixed:
                _json.WriteNumber("size", schema.Size);
                break;
            case AvroKind.Array or AvroKind.Map:
                _json.WritePropertyName(schema.Kind == AvroKind.Array ? "items" : "values");
                Write(schema.Element!);
                break;
        }
    }

    private void WriteFields(AvroSchema record)
    {
        _json.WriteStartArray("fields");
        foreach (var field in record.Fields)
        {
            _json.WriteStartObject();
            _json.WriteString("name", field.Name);
            _json.WritePropertyName("type");
            Write(field.Schema);
            if (!_isCanonical)
            {
                if (field.Default is { } value)
                {
                    _json.WritePropertyName("default");
                    value.WriteTo(_json);
                }

                WriteAliases(field.Aliases);
            }

            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteLogical(AvroSchema schema)
    {
        _json.WriteString("logicalType", AvroNames.Of(schema.Logical));
        if (schema.Logical == AvroLogical.Decimal)
        {
            _json.WriteNumber("precision", schema.Precision);
            _json.WriteNumber("scale", schema.Scale);
        }
    }

    private void WriteAliases(IReadOnlyList<string> aliases)
    {
        if (aliases.Count > 0)
        {
            WriteTexts("aliases", aliases);
        }
    }

    private void WriteTexts(string name, IReadOnlyList<string> texts)
    {
        _json.WriteStartArray(name);
        foreach (var text in texts)
        {
            _json.WriteStringValue(text);
        }

        _json.WriteEndArray();
    }
}
