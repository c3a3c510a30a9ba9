using Headrace.Avro;

namespace Headrace;

/// <summary>
/// Stricter than any mode of a registry: between two versions nothing is renamed, nothing removed, and nothing added without a default, so that readers
/// and writers of both may run at once, in any order, for as long as they like. Each finding says what to do.
/// </summary>
public static class AvroLint
{
    /// <summary>The findings; empty when there are none.</summary>
    /// <param name="before">The version in use.</param>
    /// <param name="next">The version to come.</param>
    public static IReadOnlyList<SchemaFault> Check(AvroSchema before, AvroSchema next)
    {
        var findings = new List<SchemaFault>();
        Compare(before, next, "$", findings, []);
        return findings;
    }

    private static void Compare(AvroSchema before, AvroSchema next, string path, List<SchemaFault> findings, HashSet<(AvroSchema, AvroSchema)> seen)
    {
        if (before.Kind == AvroKind.Union || next.Kind == AvroKind.Union)
        {
            CompareBranches(before, next, path, findings, seen);
            return;
        }

        if (before.TypeName is { } was && next.TypeName is { } now && was != now)
        {
            findings.Add(new(path, SchemaRule.NoRename, $"{was.Full} is now called {now.Full}. Keep the name ([AvroName(\"{was.Full}\")]), or make it a new type on a subject of its own"));
        }

        if (before.Element is not null && next.Element is not null)
        {
            Compare(before.Element, next.Element, $"{path}{(before.Kind == AvroKind.Array ? "[]" : "{}")}", findings, seen);
        }
        else if (before.Kind == AvroKind.Enum && next.Kind == AvroKind.Enum)
        {
            CompareSymbols(before, next, path, findings);
        }
        else if (before.Kind == AvroKind.Record && next.Kind == AvroKind.Record && seen.Add((before, next)))
        {
            CompareFields(before, next, path, findings, seen);
        }
    }

    private static void CompareFields(AvroSchema before, AvroSchema next, string path, List<SchemaFault> findings, HashSet<(AvroSchema, AvroSchema)> seen)
    {
        foreach (var field in before.Fields)
        {
            var at = $"{path}.{field.Name}";
            if (next.Fields.FirstOrDefault(candidate => candidate.Name == field.Name) is { } same)
            {
                Compare(field.Schema, same.Schema, at, findings, seen);
            }
            else if (next.Fields.FirstOrDefault(candidate => candidate.Aliases.Contains(field.Name)) is { } renamed)
            {
                findings.Add(new(at, SchemaRule.NoRename, $"the field is now called '{renamed.Name}', and whoever reads '{field.Name}' finds nothing, or its default. Keep the name, and add '{renamed.Name}' beside it"));
            }
            else
            {
                findings.Add(new(at, SchemaRule.NoRemoval, "the field is gone, and somebody may still read it. Keep it, with a default, and stop filling it when nobody reads it any more"));
            }
        }

        foreach (var field in next.Fields.Where(field => field.Default is null && before.Fields.All(known => known.Name != field.Name && !field.Aliases.Contains(known.Name))))
        {
            findings.Add(new($"{path}.{field.Name}", SchemaRule.NewFieldHasDefault, "the field is new and has no default, so what was written before cannot be read. Give it one, or make it nullable"));
        }
    }

    private static void CompareSymbols(AvroSchema before, AvroSchema next, string path, List<SchemaFault> findings)
    {
        if (before.Symbols.Except(next.Symbols).ToList() is { Count: > 0 } gone)
        {
            findings.Add(new(path, SchemaRule.NoRemoval, $"{string.Join(", ", gone)} is gone from {before.Label}, and may stand in what was written before. Keep it"));
        }

        if (before.DefaultSymbol is null && next.Symbols.Except(before.Symbols).ToList() is { Count: > 0 } added)
        {
            findings.Add(new(path, SchemaRule.SymbolsKnown, $"{string.Join(", ", added)} is new in {before.Label}, which has no default symbol for older readers. Give the enum a default ([AvroDefault]) one version earlier"));
        }
    }

    private static void CompareBranches(AvroSchema before, AvroSchema next, string path, List<SchemaFault> findings, HashSet<(AvroSchema, AvroSchema)> seen)
    {
        var after = Branches(next);
        foreach (var branch in Branches(before))
        {
            if (after.FirstOrDefault(candidate => candidate.Kind == branch.Kind && candidate.Name == branch.Name) is { } same)
            {
                Compare(branch, same, path, findings, seen);
            }
            else
            {
                findings.Add(new(path, SchemaRule.NoRemoval, $"{branch.Label} is no longer among its types, and may stand in what was written before. Keep it in the union"));
            }
        }
    }

    private static IReadOnlyList<AvroSchema> Branches(AvroSchema schema) => schema.Kind == AvroKind.Union ? schema.Branches : [schema];
}
