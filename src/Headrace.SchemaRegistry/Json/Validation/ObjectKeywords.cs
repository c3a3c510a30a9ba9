using System.Collections.Frozen;
using System.Text.Json;

namespace Headrace.Json;

/// <summary><c>properties</c>, <c>patternProperties</c> and <c>additionalProperties</c>, in one pass over the members.</summary>
internal sealed class PropertiesKeyword(FrozenDictionary<string, CompiledSchema> named, IReadOnlyList<(EcmaPattern Pattern, CompiledSchema Schema)> patterns, CompiledSchema? rest)
    : JsonKeyword("properties")
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var (index, isValid) = (0, true);
        foreach (var member in value.EnumerateObject())
        {
            run.Step(1 + patterns.Count);
            isValid &= Member(member, index++, run, marks);
            if (!isValid && !run.IsCollecting)
            {
                return false;
            }
        }

        return isValid;
    }

    private bool Member(JsonProperty member, int index, Evaluation run, Marks? marks)
    {
        var (name, isKnown, isValid) = (member.Name, false, true);
        if (named.TryGetValue(name, out var schema))
        {
            (isKnown, isValid) = (true, run.Below(name, schema, member.Value));
        }

        foreach (var (pattern, matched) in patterns)
        {
            if (run.IsMatch(pattern, name))
            {
                isKnown = true;
                isValid &= run.Below(name, matched, member.Value);
            }
        }

        if (!isKnown && rest is not null)
        {
            isKnown = true;
            isValid &= rest.Constant == false
                ? run.Fail("additionalProperties", $"'{name}' is not among its properties")
                : run.Below(name, rest, member.Value);
        }

        if (isKnown)
        {
            marks?.Add(index);
        }

        return isValid;
    }
}

/// <summary><c>required</c>, and <c>dependentRequired</c> for the names that need others.</summary>
internal sealed class RequiredKeyword(string name, IReadOnlyList<string> required, string? trigger = null) : JsonKeyword(name)
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object || (trigger is not null && !value.TryGetProperty(trigger, out _)))
        {
            return true;
        }

        run.Step(required.Count);
        List<string>? missing = null;
        foreach (var member in required)
        {
            if (!value.TryGetProperty(member, out _))
            {
                (missing ??= []).Add($"'{member}'");
            }
        }

        return missing is null || run.Fail(Name, $"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} missing{(trigger is null ? "" : $", and '{trigger}' is there")}");
    }
}

/// <summary><c>minProperties</c> and <c>maxProperties</c>.</summary>
internal sealed class PropertyCountKeyword(string name, long limit) : JsonKeyword(name)
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var count = value.GetPropertyCount();
        return (Name == "minProperties" ? count >= limit : count <= limit) || run.Fail(Name, $"it has {count} properties, and {(Name == "minProperties" ? "at least" : "at most")} {limit} are expected");
    }
}

/// <summary><c>propertyNames</c>.</summary>
internal sealed class PropertyNamesKeyword(CompiledSchema schema) : JsonKeyword("propertyNames")
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        foreach (var member in value.EnumerateObject())
        {
            run.Step();
            if (!run.Try(schema, JsonSerializer.SerializeToElement(member.Name), null))
            {
                return run.Fail(Name, $"'{member.Name}' is no name that is allowed here");
            }
        }

        return true;
    }
}

/// <summary><c>dependentSchemas</c>: one member that brings a schema with it.</summary>
internal sealed class DependentKeyword(string name, string trigger, CompiledSchema schema) : JsonKeyword(name)
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks) =>
        value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(trigger, out _) || schema.Evaluate(value, run, marks);
}
