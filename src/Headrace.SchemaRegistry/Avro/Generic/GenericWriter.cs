using System.Collections;

namespace Headrace.Avro;

/// <summary>Writes values whose schema is known only at run time.</summary>
internal static class GenericWriter
{
    /// <exception cref="MessageFormatException">The value is none of the schema; the message names the field.</exception>
    public static void Write(ref AvroWriter writer, AvroSchema schema, object? value, string path = "$")
    {
        if (schema.Kind == AvroKind.Union)
        {
            var branch = BranchOf(schema, value, path);
            writer.WriteInt(branch);
            Write(ref writer, schema.Branches[branch], value, path);
            return;
        }

        if (!IsOf(schema, value))
        {
            throw Wrong(schema, value, path);
        }

        if (schema.Kind is AvroKind.Record or AvroKind.Array or AvroKind.Map)
        {
            writer.Enter();
            WriteNested(ref writer, schema, value!, path);
            writer.Leave();
        }
        else
        {
            WriteSimple(ref writer, schema, value);
        }
    }

    private static void WriteNested(ref AvroWriter writer, AvroSchema schema, object value, string path)
    {
        if (value is AvroRecord record)
        {
            foreach (var (index, field) in schema.Fields.Index())
            {
                Write(ref writer, field.Schema, record.Values[index], $"{path}.{field.Name}");
            }

            return;
        }

        var count = 0;
        var items = (IEnumerable)value;
        foreach (var _ in items)
        {
            count++;
        }

        if (count > 0)
        {
            writer.WriteLong(count);
        }

        foreach (var item in items)
        {
            if (item is KeyValuePair<string, object?> entry && schema.Kind == AvroKind.Map)
            {
                writer.WriteString(entry.Key);
                Write(ref writer, schema.Element!, entry.Value, $"{path}.{entry.Key}");
            }
            else
            {
                Write(ref writer, schema.Element!, item, $"{path}[]");
            }
        }

        writer.WriteLong(0);
    }

    private static void WriteSimple(ref AvroWriter writer, AvroSchema schema, object? value)
    {
        switch (schema.Kind)
        {
            case AvroKind.Boolean:
                writer.WriteBoolean((bool)value!);
                break;
            case AvroKind.Int or AvroKind.Long:
                writer.WriteLong(Convert.ToInt64(value, null));
                break;
            case AvroKind.Float:
                writer.WriteFloat((float)value!);
                break;
            case AvroKind.Double:
                writer.WriteDouble(Convert.ToDouble(value, null));
                break;
            case AvroKind.Bytes:
                writer.WriteBytes((byte[])value!);
                break;
            case AvroKind.String:
                writer.WriteString((string)value!);
                break;
            case AvroKind.Enum:
                writer.WriteInt(schema.IndexOf(((AvroSymbol)value!).Name));
                break;
            case AvroKind.Fixed:
                writer.WriteRaw(((AvroFixed)value!).Value.Span);
                break;
        }
    }

    private static int BranchOf(AvroSchema union, object? value, string path)
    {
        for (var index = 0; index < union.Branches.Count; index++)
        {
            if (IsOf(union.Branches[index], value))
            {
                return index;
            }
        }

        throw Wrong(union, value, path);
    }

    private static bool IsOf(AvroSchema schema, object? value) => schema.Kind switch
    {
        AvroKind.Null => value is null,
        AvroKind.Boolean => value is bool,
        AvroKind.Int => value is int,
        AvroKind.Long => value is long or int,
        AvroKind.Float => value is float,
        AvroKind.Double => value is double or float,
        AvroKind.Bytes => value is byte[],
        AvroKind.String => value is string,
        AvroKind.Record => value is AvroRecord record && (record.Schema == schema || record.Schema.CanonicalForm == schema.CanonicalForm),
        AvroKind.Enum => value is AvroSymbol symbol && symbol.Type == schema.Name && schema.IndexOf(symbol.Name) >= 0,
        AvroKind.Fixed => value is AvroFixed bytes && bytes.Type == schema.Name && bytes.Value.Length == schema.Size,
        AvroKind.Map => value is IEnumerable<KeyValuePair<string, object?>>,
        AvroKind.Array => value is IEnumerable<object?> and not IEnumerable<KeyValuePair<string, object?>>,
        _ => false,
    };

    private static MessageFormatException Wrong(AvroSchema schema, object? value, string path) =>
        new($"{path} cannot be written: {(value is null ? "null" : $"a {value.GetType().Name}")} is no value of {schema.Label}.");
}
