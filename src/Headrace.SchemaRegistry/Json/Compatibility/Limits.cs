using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>Limits of two schemas, compared.</summary>
internal static class Limits
{
    public static JsonElement One { get; } = JsonSerializer.SerializeToElement(1);

    public static JsonElement Element(JsonNode value) => JsonSerializer.SerializeToElement(value);

    /// <summary>The tightest bound of a number, and whether it excludes itself.</summary>
    public static (JsonElement Value, bool IsOpen)? Bound(SchemaView view, string inclusive, string exclusive, bool isLower)
    {
        var (closed, open) = (view.Tightest(inclusive, isLower), view.Tightest(exclusive, isLower));
        if (open is not { } strict)
        {
            return closed is { } value ? (value, false) : null;
        }

        return closed is { } loose && JsonNumber.Of(loose).CompareTo(JsonNumber.Of(strict)) * (isLower ? 1 : -1) > 0 ? (loose, false) : (strict, true);
    }

    /// <summary>A limit of a count: minLength, maxItems and the like.</summary>
    /// <param name="written">The writer's.</param>
    /// <param name="read">The reader's.</param>
    /// <param name="keyword">The limit.</param>
    /// <param name="isLower">Whether it is a lower one.</param>
    /// <param name="promised">What else the writer keeps to.</param>
    /// <param name="fault">Takes what is wrong.</param>
    public static void CheckCount(SchemaView written, SchemaView read, string keyword, bool isLower, long? promised, Action<string> fault)
    {
        if (read.Tightest(keyword, isLower) is not { } limit)
        {
            return;
        }

        var demanded = AssertionCompiler.Count(JsonNode.Parse(limit.GetRawText()))!.Value;
        var own = written.Tightest(keyword, isLower) is { } given ? AssertionCompiler.Count(JsonNode.Parse(given.GetRawText())) : null;
        var kept = isLower ? Math.Max(own ?? 0, promised ?? 0) : Math.Min(own ?? long.MaxValue, promised ?? long.MaxValue);
        if (isLower ? kept < demanded : kept > demanded)
        {
            fault($"the reader's {keyword} is {demanded}, and the writer {(own is null ? "has none" : $"has {own}")}");
        }
    }
}
