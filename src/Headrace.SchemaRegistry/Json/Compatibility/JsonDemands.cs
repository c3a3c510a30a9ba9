using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>What a reader's schema demands at one place, keyword by keyword, held against what a writer's promises there.</summary>
internal sealed class JsonDemands(JsonContainment containment, SchemaView written, SchemaView read, string path, List<SchemaFault> faults)
{
    private readonly IReadOnlyList<string> _types = written.Types();

    public void Check()
    {
        if (!CheckTypes())
        {
            return;
        }

        CheckChoices();
        CheckLogic();
        if (_types.Any(type => type is "number" or "integer"))
        {
            CheckNumbers();
        }

        if (_types.Contains("string"))
        {
            CheckTexts();
        }

        if (_types.Contains("array"))
        {
            new JsonArrayDemands(containment, written, read, path, faults).Check();
        }

        if (_types.Contains("object"))
        {
            new JsonObjectDemands(containment, written, read, path, faults).Check();
        }
    }

    private bool CheckTypes()
    {
        var allowed = read.Types();
        var refused = _types.Where(type => !allowed.Contains(type) && !(type == "integer" && allowed.Contains("number"))).ToList();
        if (refused.Count > 0)
        {
            faults.Add(new(path, SchemaRule.TypesMatch, _types.Count == 6
                ? $"anything may be written, and {string.Join(" or ", allowed)} is expected"
                : $"{string.Join(" or ", refused)} was written, and {string.Join(" or ", allowed)} is expected"));
            return false;
        }

        if (read.All("const").Concat(read.All("enum")).Any())
        {
            faults.Add(new(path, SchemaRule.SymbolsKnown, "the reader allows only some values, and the writer is not bound to them"));
        }

        return true;
    }

    private void CheckChoices()
    {
        foreach (var (alternatives, isOneOf) in read.Choices().ToList())
        {
            var views = alternatives.Select(alternative => read.Alone(alternative)).ToList();
            var fitting = views.Where(view => containment.IsContained(written, view)).ToList();
            if (fitting.Count == 0)
            {
                var reasons = new List<SchemaFault>();
                containment.Compare(written, views[0], path, reasons);
                faults.Add(new(path, SchemaRule.BranchesKnown, $"what may be written is none of the reader's alternatives{(views.Count == 1 ? $": {reasons.FirstOrDefault()}" : "")}. Keep every alternative"));
            }
            else if (isOneOf && views.Any(view => view != fitting[0] && !Disjoint.Are(written, view)))
            {
                faults.Add(new(path, SchemaRule.Comparable, "it cannot be told whether what may be written is more than one of the reader's alternatives (oneOf). Tell them apart by type, or by a required member that is a const"));
            }
        }
    }

    private void CheckLogic()
    {
        foreach (var not in read.All("not"))
        {
            var view = read.Alone(not);
            if (!Disjoint.Are(written, view) && !written.All("not").Any(promised => containment.IsContained(view, written.Alone(promised))))
            {
                faults.Add(new(path, SchemaRule.Comparable, "the reader's 'not' is new or has changed, and it cannot be told what that refuses"));
            }
        }

        foreach (var part in read.Parts.Where(part => part["if"] is not null))
        {
            var isSame = written.Parts.Any(other => ((string[])["if", "then", "else"]).All(keyword => JsonNode.DeepEquals(other[keyword], part[keyword])));
            if (!isSame && !((string[])["then", "else"]).All(keyword => part[keyword] is not { } schema || containment.IsContained(written, read.Alone(schema))))
            {
                faults.Add(new(path, SchemaRule.Comparable, "the reader's 'if' is new or has changed, and it cannot be told what that refuses"));
            }
        }

        if (read.All("$dynamicRef").FirstOrDefault() is not null && !written.All("$dynamicRef").Any())
        {
            faults.Add(new(path, SchemaRule.Comparable, "the reader's $dynamicRef cannot be compared"));
        }
    }

    private void CheckNumbers()
    {
        CheckBound("minimum", "exclusiveMinimum", isLower: true);
        CheckBound("maximum", "exclusiveMaximum", isLower: false);
        foreach (var divisor in read.All("multipleOf").Select(Limits.Element))
        {
            if (!(JsonNumber.Of(Limits.One).IsMultipleOf(JsonNumber.Of(divisor)) && _types.All(type => type is not "number"))
                && !written.All("multipleOf").Any(promised => JsonNumber.Of(Limits.Element(promised)).IsMultipleOf(JsonNumber.Of(divisor))))
            {
                Limit($"multiples of {divisor.GetRawText()} are expected, and others may be written");
            }
        }
    }

    private void CheckBound(string inclusive, string exclusive, bool isLower)
    {
        if (Limits.Bound(read, inclusive, exclusive, isLower) is not var (demanded, isOpen))
        {
            return;
        }

        var name = isOpen ? exclusive : inclusive;
        if (Limits.Bound(written, inclusive, exclusive, isLower) is not var (promised, isPromisedOpen))
        {
            Limit($"the reader's {name} is {demanded.GetRawText()}, and the writer has none");
            return;
        }

        var order = JsonNumber.Of(promised).CompareTo(JsonNumber.Of(demanded)) * (isLower ? 1 : -1);
        if (order < 0 || (order == 0 && isOpen && !isPromisedOpen))
        {
            Limit($"the reader's {name} is {demanded.GetRawText()}, and the writer's is {promised.GetRawText()}");
        }
    }

    private void CheckTexts()
    {
        Limits.CheckCount(written, read, "minLength", isLower: true, promised: null, Limit);
        Limits.CheckCount(written, read, "maxLength", isLower: false, promised: null, Limit);
        var known = written.All("pattern").Select(pattern => (string)pattern!).ToHashSet();
        foreach (var pattern in read.All("pattern").Select(pattern => (string)pattern!).Where(pattern => !known.Contains(pattern)))
        {
            Limit($"the reader's pattern '{pattern}' is not the writer's");
        }
    }

    private void Limit(string message) => faults.Add(new(path, SchemaRule.LimitsKept, $"{message}. Limits may only widen for readers"));
}
