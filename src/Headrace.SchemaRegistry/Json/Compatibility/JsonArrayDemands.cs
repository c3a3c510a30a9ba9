namespace Headrace.Json;

/// <summary>What a reader demands of arrays.</summary>
internal sealed class JsonArrayDemands(JsonContainment containment, SchemaView written, SchemaView read, string path, List<SchemaFault> faults)
{
    public void Check()
    {
        Limits.CheckCount(written, read, "minItems", isLower: true, promised: null, Limit);
        Limits.CheckCount(written, read, "maxItems", isLower: false, Most(), Limit);
        if (read.All("uniqueItems").Any(unique => unique.GetValue<bool>()) && !written.All("uniqueItems").Any(unique => unique.GetValue<bool>()) && !(Most() <= 1))
        {
            Limit("the reader demands that items differ, and the writer does not");
        }

        CheckContains();
        var places = Math.Max(written.Places(), read.Places());
        for (var index = 0; index <= places && !(Most() <= index); index++)
        {
            containment.Compare(written.Item(index), read.Item(index), $"{path}[{(places == 0 ? "" : index == places ? "…" : index)}]", faults);
        }

        if (read.All("unevaluatedItems").Any() && !written.All("unevaluatedItems").Any())
        {
            faults.Add(new(path, SchemaRule.Comparable, "the reader's unevaluatedItems is new, and it cannot be told what that refuses"));
        }
    }

    /// <summary>How many items the writer writes at most; <see langword="null"/> when it is not bound.</summary>
    private long? Most()
    {
        var most = written.Tightest("maxItems", greatest: false) is { } limit ? (long)limit.GetDouble() : (long?)null;
        var places = written.Places();
        return Enumerable.Range(0, places + 1).Select(index => (long?)index).FirstOrDefault(index => written.Item((int)index!).IsNothing) is { } closed ? Math.Min(closed, most ?? closed) : most;
    }

    private void CheckContains()
    {
        foreach (var demanded in read.Parts.Where(part => part["contains"] is not null))
        {
            var isSame = written.Parts.Any(part => part["contains"] is not null
                && containment.IsContained(written.Alone(part["contains"]), read.Alone(demanded["contains"]))
                && (AssertionCompiler.Count(part["minContains"]) ?? 1) >= (AssertionCompiler.Count(demanded["minContains"]) ?? 1)
                && (demanded["maxContains"] is null || (System.Text.Json.Nodes.JsonNode.DeepEquals(part["contains"], demanded["contains"]) && AssertionCompiler.Count(part["maxContains"]) <= AssertionCompiler.Count(demanded["maxContains"]))));
            if (!isSame)
            {
                Limit("the reader's contains is new or has changed");
            }
        }
    }

    private void Limit(string message) => faults.Add(new(path, SchemaRule.LimitsKept, $"{message}. Limits may only widen for readers"));
}
