using System.Text.Json;

namespace Headrace.Json;

/// <summary><c>allOf</c>, <c>$ref</c>: schemas that hold as well.</summary>
internal sealed class AllKeyword(string name, IReadOnlyList<CompiledSchema> schemas) : JsonKeyword(name)
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        var isValid = true;
        foreach (var schema in schemas)
        {
            isValid &= schema.Evaluate(value, run, marks);
            if (!isValid && !run.IsCollecting)
            {
                return false;
            }
        }

        return isValid;
    }
}

/// <summary><c>anyOf</c> and <c>oneOf</c>.</summary>
internal sealed class ChoiceKeyword(string name, IReadOnlyList<CompiledSchema> schemas) : JsonKeyword(name)
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        var matched = new List<int>();
        for (var index = 0; index < schemas.Count; index++)
        {
            var branch = marks is null ? null : new Marks();
            if (!run.Try(schemas[index], value, branch))
            {
                continue;
            }

            matched.Add(index);
            // What the others have looked at counts as well, where somebody asks.
            if (Name == "anyOf" && marks is null)
            {
                return true;
            }

            marks?.Add(branch!);
        }

        return matched.Count == 1 || (matched.Count > 1 && Name == "anyOf")
            || (matched.Count > 1 ? run.Fail(Name, $"it is more than one of its alternatives: {string.Join(", ", matched)}") : run.Fail(Name, None(value, run)));
    }

    private string None(JsonElement value, Evaluation run)
    {
        const string none = "it is none of its alternatives";
        if (!run.IsCollecting)
        {
            return none;
        }

        var closest = schemas.Select(schema => run.Reason(schema, value)).OfType<JsonViolation>().MaxBy(reason => reason.Path.Length);
        return closest is null ? none : $"{none}; the closest fails because of {closest}";
    }
}

/// <summary><c>not</c>.</summary>
internal sealed class NotKeyword(CompiledSchema schema) : JsonKeyword("not")
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks) => !run.Try(schema, value, null) || run.Fail(Name, $"{JsonText.Short(value)} is what must not be");
}

/// <summary><c>if</c>, <c>then</c> and <c>else</c>.</summary>
internal sealed class IfKeyword(CompiledSchema condition, CompiledSchema? then, CompiledSchema? otherwise) : JsonKeyword("if")
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        var looked = marks is null ? null : new Marks();
        if (!run.Try(condition, value, looked))
        {
            return otherwise?.Evaluate(value, run, marks) ?? true;
        }

        marks?.Add(looked!);
        return then?.Evaluate(value, run, marks) ?? true;
    }
}

/// <summary><c>$dynamicRef</c>: what the outermost schema around it calls by the name.</summary>
internal sealed class DynamicKeyword(string anchor, CompiledSchema usual) : JsonKeyword("$dynamicRef")
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks) => (run.Outermost(anchor) ?? usual).Evaluate(value, run, marks);
}

/// <summary><c>unevaluatedProperties</c> and <c>unevaluatedItems</c>: what no other keyword has looked at.</summary>
internal sealed class UnevaluatedKeyword(string name, CompiledSchema schema) : JsonKeyword(name)
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        var isValid = true;
        var index = 0;
        if (Name == "unevaluatedItems" && value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                isValid &= marks!.Has(index) || Rest(index, item, run);
                index++;
            }
        }
        else if (Name == "unevaluatedProperties" && value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                isValid &= marks!.Has(index) || Rest(member.Name, member.Value, run);
                index++;
            }
        }
        else
        {
            return true;
        }

        marks!.AddAll();
        return isValid;
    }

    private bool Rest(object step, JsonElement value, Evaluation run)
    {
        run.Step();
        return schema.Constant == false ? run.Fail(Name, $"'{step}' is not expected") : run.Below(step, schema, value);
    }
}
