using System.Text.Json;

namespace Headrace.Json;

/// <summary>Values in messages.</summary>
internal static class JsonText
{
    private const int MaxLength = 60;

    /// <summary>The value's JSON, cut where it gets long.</summary>
    public static string Short(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= MaxLength ? text : $"{text[..MaxLength]}…";
    }

    /// <summary>The schema's word for what a value is.</summary>
    public static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => JsonNumber.Of(value).IsInteger ? "integer" : "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };
}
