namespace Headrace.Avro;

/// <summary>Finds everything in a resolution that some value of the writer could not be read by.</summary>
internal sealed class ResolvedFaults
{
    private readonly List<SchemaFault> _faults = [];
    private readonly HashSet<ResolvedRecord> _seen = [];
    private readonly bool _stopAtFirst;

    private ResolvedFaults(bool stopAtFirst) => _stopAtFirst = stopAtFirst;

    public static IReadOnlyList<SchemaFault> Of(Resolved resolved, bool stopAtFirst = false, string path = "$")
    {
        var search = new ResolvedFaults(stopAtFirst);
        search.Look(resolved, path);
        return search._faults;
    }

    private void Look(Resolved resolved, string path)
    {
        if (_stopAtFirst && _faults.Count > 0)
        {
            return;
        }

        switch (resolved)
        {
            case ResolvedFault fault:
                _faults.Add(new(path, fault.Rule, fault.Message));
                break;
            case ResolvedEnum symbols when symbols.Symbols.Contains(-1):
                var unknown = symbols.Writer.Symbols.Where((_, index) => symbols.Symbols[index] < 0);
                _faults.Add(new(path, SchemaRule.SymbolsKnown, $"{string.Join(", ", unknown)} may be written, which {symbols.Reader.Label} does not know, and it has no default"));
                break;
            case ResolvedBlocks blocks:
                Look(blocks.Element, blocks.Reader.Kind == AvroKind.Array ? $"{path}[]" : $"{path}{{}}");
                break;
            case ResolvedBranch branch:
                Look(branch.Value, path);
                break;
            case ResolvedUnion union:
                foreach (var branch in union.Branches)
                {
                    Look(branch, path);
                }

                break;
            case ResolvedRecord record when _seen.Add(record):
                LookIn(record, path);
                break;
        }
    }

    private void LookIn(ResolvedRecord record, string path)
    {
        foreach (var step in record.Steps.Where(step => step.Value is not null))
        {
            Look(step.Value!, $"{path}.{record.Reader.Fields[step.Field].Name}");
        }

        foreach (var (field, value) in record.Absent)
        {
            Look(value, $"{path}.{record.Reader.Fields[field].Name}");
        }
    }
}
