using System.Text.Json;

namespace Headrace.Json;

/// <summary>Items by their place, and the rest: <c>prefixItems</c> and <c>items</c>; in draft 7 <c>items</c> and <c>additionalItems</c>.</summary>
internal sealed class ItemsKeyword(string name, IReadOnlyList<CompiledSchema> first, CompiledSchema? rest) : JsonKeyword(name)
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        var (index, isValid) = (0, true);
        foreach (var item in value.EnumerateArray())
        {
            if ((index < first.Count ? first[index] : rest) is not { } schema)
            {
                break;
            }

            run.Step();
            isValid &= run.Below(index, schema, item);
            if (!isValid && !run.IsCollecting)
            {
                return false;
            }

            marks?.Add(index);
            index++;
        }

        return isValid;
    }
}

/// <summary><c>contains</c>, with <c>minContains</c> and <c>maxContains</c>.</summary>
internal sealed class ContainsKeyword(CompiledSchema schema, long least, long? most) : JsonKeyword("contains")
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        var (index, found) = (0, 0L);
        foreach (var item in value.EnumerateArray())
        {
            run.Step();
            if (run.Try(schema, item, null))
            {
                found++;
                marks?.Add(index);
            }

            index++;
        }

        return found < least ? run.Fail(least == 1 ? Name : "minContains", $"{found} of its items are what is expected, and at least {least} must be")
            : !(found > most) || run.Fail("maxContains", $"{found} of its items are what is expected, and at most {most} may be");
    }
}

/// <summary><c>minItems</c> and <c>maxItems</c>.</summary>
internal sealed class ItemCountKeyword(string name, long limit) : JsonKeyword(name)
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        var count = value.GetArrayLength();
        return (Name == "minItems" ? count >= limit : count <= limit) || run.Fail(Name, $"it has {count} items, and {(Name == "minItems" ? "at least" : "at most")} {limit} are expected");
    }
}

/// <summary><c>uniqueItems</c>.</summary>
internal sealed class UniqueKeyword() : JsonKeyword("uniqueItems")
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        var seen = new Dictionary<int, List<(int Index, JsonElement Item)>>();
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var hash = JsonHash.Of(item);
            var same = seen.TryGetValue(hash, out var known) ? known : seen[hash] = [];
            run.Step(same.Count + 1);
            if (same.Exists(other => JsonElement.DeepEquals(other.Item, item)))
            {
                return run.Fail(Name, $"its items {same.Find(other => JsonElement.DeepEquals(other.Item, item)).Index} and {index} are equal");
            }

            same.Add((index++, item));
        }

        return true;
    }
}
