using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>What a reader demands of objects.</summary>
internal sealed class JsonObjectDemands(JsonContainment containment, SchemaView written, SchemaView read, string path, List<SchemaFault> faults)
{
    public void Check()
    {
        var filled = written.Required().ToHashSet();
        foreach (var name in read.Required().Where(name => !filled.Contains(name) && !written.Member(name).IsNothing))
        {
            faults.Add(new($"{path}.{name}", SchemaRule.NewFieldHasDefault, "the reader requires it, and what was written may lack it. Make it optional: give it a default, or make it nullable"));
        }

        foreach (var name in read.Required().Where(name => !filled.Contains(name) && written.Member(name).IsNothing))
        {
            faults.Add(new($"{path}.{name}", SchemaRule.NewFieldHasDefault, "the reader requires it, and the writer never writes it. Make it optional: give it a default, or make it nullable"));
        }

        Limits.CheckCount(written, read, "minProperties", isLower: true, filled.Count, Limit);
        Limits.CheckCount(written, read, "maxProperties", isLower: false, IsClosed ? written.Names().Count(name => !written.Member(name).IsNothing) : null, Limit);
        CheckMembers();
        CheckRest();
        CheckNames();
        CheckDependencies(filled);
        if (read.All("unevaluatedProperties").Any() && !written.All("unevaluatedProperties").Any() && !(IsClosed && written.Names().All(read.Names().Contains)))
        {
            faults.Add(new(path, SchemaRule.Comparable, "the reader's unevaluatedProperties is new, and it cannot be told what that refuses"));
        }
    }

    private bool IsClosed => written.Rest().IsNothing && !written.Patterns().Any();

    private void CheckMembers()
    {
        var known = written.Names().ToHashSet();
        foreach (var name in known.Union(read.Names()))
        {
            var (was, expected) = (written.Member(name), read.Member(name));
            var found = new List<SchemaFault>();
            containment.Compare(was, expected, $"{path}.{name}", found);
            if (found.Count > 0 && expected.IsNothing)
            {
                faults.Add(new($"{path}.{name}", SchemaRule.MembersAllowed, "the writer may write it, and the reader, whose schema is closed (additionalProperties), does not know it. Keep it"));
            }
            else if (found.Count > 0 && !known.Contains(name))
            {
                faults.Add(new($"{path}.{name}", SchemaRule.MembersAllowed, "the reader knows it, and what was written may have anything under this name, because its schema is open. Close the schema (additionalProperties: false), or let the new member be anything"));
            }
            else
            {
                faults.AddRange(found);
            }
        }
    }

    // Names that neither lists: those that a pattern of either matches, and the rest.
    private void CheckRest()
    {
        var rest = read.Rest();
        var patterns = written.Patterns().Select(pair => pair.Pattern).Union(read.Patterns().Select(pair => pair.Pattern)).ToList();
        foreach (var pattern in patterns)
        {
            var was = written.Patterns().Where(pair => pair.Pattern == pattern).Select(pair => pair.Schema).ToList();
            var expected = read.Patterns().Where(pair => pair.Pattern == pattern).Select(pair => pair.Schema).ToList();
            containment.Compare(
                was.Count > 0 ? written.Alone(was) : written.Rest(),
                expected.Count > 0 ? read.Alone(expected) : rest,
                $"{path}{{{pattern}}}", faults);
        }

        var found = new List<SchemaFault>();
        containment.Compare(written.Rest(), rest, $"{path}{{}}", found);
        if (found.Count > 0)
        {
            faults.Add(new(path, SchemaRule.MembersAllowed, $"members that no schema names may be written, and the reader {(rest.IsNothing ? "refuses them" : "expects something else of them")} (additionalProperties). A reader may only become more open"));
        }
    }

    private void CheckNames()
    {
        foreach (var names in read.All("propertyNames"))
        {
            var view = read.Alone(names);
            var isKept = IsClosed
                ? written.Names().All(name => view.Allows(JsonSerializer.SerializeToElement(name)))
                : containment.IsContained(written.Alone(written.All("propertyNames")).OfType("string"), view);
            if (!isKept)
            {
                Limit("the reader's propertyNames refuses names that may be written");
            }
        }
    }

    private void CheckDependencies(HashSet<string> filled)
    {
        foreach (var (keyword, trigger, demanded) in Dependencies(read).Where(demand => !written.Member(demand.Trigger).IsNothing))
        {
            var promised = Dependencies(written).Where(promise => promise.Trigger == trigger).Select(promise => promise.Value).ToList();
            var isKept = demanded is JsonArray names
                ? names.All(name => filled.Contains((string)name!) || promised.OfType<JsonArray>().Any(list => list.Any(kept => (string)kept! == (string)name!)))
                : promised.Exists(schema => schema is not JsonArray && containment.IsContained(written.Alone(schema), read.Alone(demanded))) || containment.IsContained(written, read.Alone(demanded));
            if (!isKept)
            {
                Limit($"the reader's {keyword} for '{trigger}' is new or has changed");
            }
        }
    }

    private static IEnumerable<(string Keyword, string Trigger, JsonNode? Value)> Dependencies(SchemaView view) =>
        ((string[])["dependencies", "dependentRequired", "dependentSchemas"])
            .SelectMany(keyword => view.All(keyword).OfType<JsonObject>().SelectMany(map => map.Select(member => (keyword, member.Key, member.Value))));

    private void Limit(string message) => faults.Add(new(path, SchemaRule.LimitsKept, $"{message}. Limits may only widen for readers"));
}
