using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>Whether two schemas cannot allow the same value, as far as that is easily seen: other types, other values, or a member that tells them apart.</summary>
internal static class Disjoint
{
    private const int MaxDepth = 8;

    public static bool Are(SchemaView one, SchemaView other, int depth = 0)
    {
        if (one.IsNothing || other.IsNothing)
        {
            return true;
        }

        var types = other.Types();
        if (!one.Types().Any(type => types.Any(known => known == type || (known is "integer" or "number" && type is "integer" or "number"))))
        {
            return true;
        }

        if ((Values(one) is { } values && !values.Exists(other.Allows)) || (Values(other) is { } others && !others.Exists(one.Allows)))
        {
            return true;
        }

        return depth < MaxDepth && one.Types() is ["object"] && types is ["object"]
            && one.Required().Union(other.Required()).Any(name => (one.Required().Contains(name) && other.Member(name).IsNothing) || (other.Required().Contains(name) && one.Member(name).IsNothing)
                || (one.Required().Contains(name) && other.Required().Contains(name) && Are(one.Member(name), other.Member(name), depth + 1)));
    }

    private static List<JsonElement>? Values(SchemaView view) =>
        view.All("const").FirstOrDefault() is { } constant ? [JsonSerializer.SerializeToElement(constant)]
        : view.All("enum").OfType<JsonArray>().FirstOrDefault() is { } listed ? [.. listed.Select(value => JsonSerializer.SerializeToElement(value))]
        : null;
}
