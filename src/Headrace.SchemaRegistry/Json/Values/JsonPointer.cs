using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>JSON Pointers (RFC 6901).</summary>
internal static class JsonPointer
{
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The tokens of a pointer in a URI's fragment; <see langword="null"/> when it is none.</summary>
    public static IReadOnlyList<string>? Tokens(string fragment)
    {
        var text = Uri.UnescapeDataString(fragment);
        return text.Length == 0 ? []
            : text[0] == '/' ? [.. text[1..].Split('/').Select(token => token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]
            : null;
    }

    /// <summary>One step down; <see langword="null"/> when there is nothing.</summary>
    public static JsonNode? Step(JsonNode? from, string token) => from switch
    {
        JsonObject members => members.TryGetPropertyValue(token, out var member) ? member : null,
        JsonArray items => int.TryParse(token, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var index) && index < items.Count ? items[index] : null,
        _ => null,
    };
}
