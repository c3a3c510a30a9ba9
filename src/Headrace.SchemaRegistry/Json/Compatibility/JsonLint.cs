using System.Text.Json.Nodes;
using Headrace.Json;

namespace Headrace;

/// <summary>
/// Stricter than any mode of a registry: between two versions nothing is renamed, nothing removed, and nothing required that was not, so that readers and
/// writers of both may run at once, in any order, for as long as they like. Each finding says what to do.
/// </summary>
public static class JsonLint
{
    private const int MaxDepth = 64;

    /// <summary>The findings; empty when there are none.</summary>
    /// <param name="before">The version in use.</param>
    /// <param name="next">The version to come.</param>
    public static IReadOnlyList<SchemaFault> Check(JsonSchema before, JsonSchema next)
    {
        var findings = new List<SchemaFault>();
        if (before.Title is { } was && next.Title is { } now && was != now)
        {
            findings.Add(new("$", SchemaRule.NoRename, $"{was} is now called {now}. Keep the title ([MessageType(\"{was}\")]), or make it a new type on a subject of its own"));
        }

        Compare(SchemaView.Of(before, before.Root), SchemaView.Of(next, next.Root), "$", findings, []);
        return findings;
    }

    private static void Compare(SchemaView before, SchemaView next, string path, List<SchemaFault> findings, HashSet<string> seen)
    {
        if (seen.Count > MaxDepth * MaxDepth || !seen.Add($"{before.Key}>{next.Key}"))
        {
            return;
        }

        var gone = before.Types().Where(type => !next.Types().Contains(type) && !(type == "integer" && next.Types().Contains("number"))).ToList();
        if (gone.Count > 0 && before.Parts.Count > 0)
        {
            findings.Add(new(path, SchemaRule.TypesMatch, $"it was {string.Join(" or ", before.Types())} and is {string.Join(" or ", next.Types())}. Keep the type, and put what is new beside it"));
            return;
        }

        CompareValues(before, next, path, findings);
        CompareMembers(before, next, path, findings, seen);
        if (before.All("items").Concat(before.All("prefixItems")).Any())
        {
            Compare(before.Item(0), next.Item(0), $"{path}[]", findings, seen);
        }
    }

    private static void CompareMembers(SchemaView before, SchemaView next, string path, List<SchemaFault> findings, HashSet<string> seen)
    {
        var (was, now) = (before.Names().ToList(), next.Names().ToHashSet());
        var added = now.Except(was).ToList();
        foreach (var name in was)
        {
            if (now.Contains(name))
            {
                Compare(before.Member(name), next.Member(name), $"{path}.{name}", findings, seen);
            }
            else if (added.Find(other => Same(before.Member(name), next.Member(other)) && added.Count == 1) is { } renamed)
            {
                findings.Add(new($"{path}.{name}", SchemaRule.NoRename, $"the member is gone, and '{renamed}', which is new, is the same: whoever reads '{name}' finds nothing. Keep the name ([JsonPropertyName(\"{name}\")]), or add '{renamed}' beside it"));
            }
            else
            {
                findings.Add(new($"{path}.{name}", SchemaRule.NoRemoval, "the member is gone, and somebody may still read it. Keep it, optional, and stop filling it when nobody reads it any more"));
            }
        }

        var required = before.Required().ToHashSet();
        foreach (var name in next.Required().Where(name => !required.Contains(name)))
        {
            findings.Add(new($"{path}.{name}", SchemaRule.NewFieldHasDefault, $"the member is {(was.Contains(name) ? "required now" : "new and required")}, so what was written before cannot be read. Give it a default, or make it nullable"));
        }
    }

    private static void CompareValues(SchemaView before, SchemaView next, string path, List<SchemaFault> findings)
    {
        var (was, now) = (Values(before), Values(next));
        if (was.Count > 0 && now.Count > 0 && was.Except(now).ToList() is { Count: > 0 } gone)
        {
            findings.Add(new(path, SchemaRule.NoRemoval, $"{string.Join(", ", gone)} is gone from its values, and may stand in what was written before. Keep it"));
        }

        if (was.Count > 0 && now.Except(was).ToList() is { Count: > 0 } added)
        {
            findings.Add(new(path, SchemaRule.SymbolsKnown, $"{string.Join(", ", added)} is new among its values, and older readers refuse it. Let them take any text first, or put it into a member of its own"));
        }
    }

    private static List<string> Values(SchemaView view) => [.. view.All("enum").OfType<JsonArray>().SelectMany(values => values.Select(value => value?.ToJsonString() ?? "null")), .. view.All("const").Select(value => value.ToJsonString())];

    private static bool Same(SchemaView one, SchemaView other) => one.Parts.Count == other.Parts.Count && one.Parts.Zip(other.Parts).All(pair => JsonNode.DeepEquals(pair.First, pair.Second));
}
