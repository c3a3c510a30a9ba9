using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Headrace.Avro;

/// <summary>Shows values whose schema is known only at run time as JSON.</summary>
internal static class AvroJson
{
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(object? value)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Unescaped))
        {
            Write(json, value);
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case AvroRecord record:
                WriteObject(json, record.FieldNames.Zip(record.Values, KeyValuePair.Create));
                break;
            case IEnumerable<KeyValuePair<string, object?>> map:
                WriteObject(json, map);
                break;
            case IEnumerable<object?> items:
                json.WriteStartArray();
                foreach (var item in items)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                WriteSimple(json, value);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>> members)
    {
        json.WriteStartObject();
        foreach (var (name, value) in members)
        {
            json.WritePropertyName(name);
            Write(json, value);
        }

        json.WriteEndObject();
    }

    private static void WriteSimple(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int or long:
                json.WriteNumberValue(Convert.ToInt64(value, null));
                break;
            case float or double:
                WriteNumber(json, value);
                break;
            case byte[] bytes:
                json.WriteBase64StringValue(bytes);
                break;
            case AvroFixed bytes:
                json.WriteBase64StringValue(bytes.Value.Span);
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }

    // JSON has no number for infinity and for what is none.
    private static void WriteNumber(Utf8JsonWriter json, object value)
    {
        var number = Convert.ToDouble(value, null);
        if (!double.IsFinite(number))
        {
            json.WriteStringValue(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
        }
        else if (value is float single)
        {
            json.WriteNumberValue(single);
        }
        else
        {
            json.WriteNumberValue(number);
        }
    }
}
