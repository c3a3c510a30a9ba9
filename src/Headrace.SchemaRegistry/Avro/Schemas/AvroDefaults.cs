using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Headrace.Avro;

/// <summary>Checks a field's default by writing it as Avro: the table "field default values" of the specification.</summary>
internal static class AvroDefaults
{
    /// <exception cref="AvroSchemaException">The default is no value of the schema.</exception>
    public static byte[] Encode(JsonElement value, AvroSchema schema, string path)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new AvroWriter(output);
        Write(ref writer, value, schema, path);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static void Write(ref AvroWriter writer, JsonElement value, AvroSchema schema, string path)
    {
        switch (schema.Kind)
        {
            case AvroKind.Record:
                WriteRecord(ref writer, value, schema, path);
                break;
            case AvroKind.Array:
                Require(value.ValueKind == JsonValueKind.Array, value, schema, path);
                WriteCount(ref writer, value.GetArrayLength());
                foreach (var (index, item) in value.EnumerateArray().Index())
                {
                    Write(ref writer, item, schema.Element!, $"{path}[{index}]");
                }

                writer.WriteLong(0);
                break;
            case AvroKind.Map:
                Require(value.ValueKind == JsonValueKind.Object, value, schema, path);
                WriteCount(ref writer, value.GetPropertyCount());
                foreach (var item in value.EnumerateObject())
                {
                    writer.WriteString(item.Name);
                    Write(ref writer, item.Value, schema.Element!, $"{path}.{item.Name}");
                }

                writer.WriteLong(0);
                break;
            case AvroKind.Union:
                WriteUnion(ref writer, value, schema, path);
                break;
            default:
                WriteSimple(ref writer, value, schema, path);
                break;
        }
    }

    private static void WriteCount(ref AvroWriter writer, int count)
    {
        if (count > 0)
        {
            writer.WriteLong(count);
        }
    }

    private static void WriteRecord(ref AvroWriter writer, JsonElement value, AvroSchema schema, string path)
    {
        Require(value.ValueKind == JsonValueKind.Object, value, schema, path);
        foreach (var field in schema.Fields)
        {
            if (!value.TryGetProperty(field.Name, out var given) && field.Default is null)
            {
                throw new AvroSchemaException(path, $"the default has no '{field.Name}', and that field of {schema.Label} has no default of its own.");
            }

            writer.Enter();
            Write(ref writer, given.ValueKind == JsonValueKind.Undefined ? field.Default!.Value : given, field.Schema, $"{path}.{field.Name}");
            writer.Leave();
        }
    }

    private static void WriteUnion(ref AvroWriter writer, JsonElement value, AvroSchema schema, string path)
    {
        foreach (var (index, branch) in schema.Branches.Index())
        {
            byte[] bytes;
            try
            {
                bytes = Encode(value, branch, path);
            }
            catch (AvroSchemaException)
            {
                continue;
            }

            writer.WriteLong(index);
            writer.WriteRaw(bytes);
            return;
        }

        Require(false, value, schema, path);
    }

    private static void WriteSimple(ref AvroWriter writer, JsonElement value, AvroSchema schema, string path)
    {
        switch (schema.Kind)
        {
            case AvroKind.Null:
                Require(value.ValueKind == JsonValueKind.Null, value, schema, path);
                break;
            case AvroKind.Boolean:
                Require(value.ValueKind is JsonValueKind.True or JsonValueKind.False, value, schema, path);
                writer.WriteBoolean(value.ValueKind == JsonValueKind.True);
                break;
            case AvroKind.Int or AvroKind.Long:
                writer.WriteLong(Whole(value, schema, path));
                break;
            case AvroKind.Float:
                writer.WriteFloat((float)Number(value, schema, path));
                break;
            case AvroKind.Double:
                writer.WriteDouble(Number(value, schema, path));
                break;
            case AvroKind.String:
                Require(value.ValueKind == JsonValueKind.String, value, schema, path);
                writer.WriteString(value.GetString()!);
                break;
            case AvroKind.Enum:
                var symbol = value.ValueKind == JsonValueKind.String ? schema.IndexOf(value.GetString()!) : -1;
                Require(symbol >= 0, value, schema, path);
                writer.WriteInt(symbol);
                break;
            default:
                WriteRaw(ref writer, value, schema, path);
                break;
        }
    }

    // Characters 0 to 255 stand for bytes 0 to 255.
    private static void WriteRaw(ref AvroWriter writer, JsonElement value, AvroSchema schema, string path)
    {
        Require(value.ValueKind == JsonValueKind.String, value, schema, path);
        var text = value.GetString()!;
        Require(text.All(character => character <= 255) && (schema.Kind == AvroKind.Bytes || text.Length == schema.Size), value, schema, path);
        var bytes = text.Select(character => (byte)character).ToArray();
        if (schema.Kind == AvroKind.Bytes)
        {
            writer.WriteBytes(bytes);
        }
        else
        {
            writer.WriteRaw(bytes);
        }
    }

    private static long Whole(JsonElement value, AvroSchema schema, string path)
    {
        long number = 0;
        Require(
            value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out number) && (schema.Kind == AvroKind.Long || (int)number == number), value, schema, path);
        return number;
    }

    // The values that JSON has no number for are texts, as the reference implementation writes them.
    private static double Number(JsonElement value, AvroSchema schema, string path)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is "NaN" or "Infinity" or "-Infinity")
        {
            return double.Parse(value.GetString()!, CultureInfo.InvariantCulture);
        }

        Require(value.ValueKind == JsonValueKind.Number, value, schema, path);
        return value.GetDouble();
    }

    private static void Require(bool condition, JsonElement value, AvroSchema schema, string path)
    {
        if (!condition)
        {
            var text = value.GetRawText();
            throw new AvroSchemaException(path, $"the default {(text.Length > 60 ? $"{text[..60]}…" : text)} is no value of {schema.Label}.");
        }
    }
}
