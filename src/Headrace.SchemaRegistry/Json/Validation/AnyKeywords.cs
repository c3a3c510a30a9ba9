using System.Text.Json;

namespace Headrace.Json;

/// <summary><c>type</c>.</summary>
internal sealed class TypeKeyword(IReadOnlyList<string> types) : JsonKeyword("type")
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        var type = JsonText.TypeOf(value);
        foreach (var allowed in types)
        {
            if (allowed == type || (allowed == "number" && type == "integer"))
            {
                return true;
            }
        }

        return run.Fail(Name, $"it is {(type[0] is 'a' or 'i' or 'o' ? "an" : "a")} {type}, and {string.Join(" or ", types)} is expected");
    }
}

/// <summary><c>const</c> and <c>enum</c>.</summary>
internal sealed class EnumKeyword(string name, IReadOnlyList<JsonElement> values) : JsonKeyword(name)
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        run.Step(values.Count);
        foreach (var allowed in values)
        {
            if (allowed.ValueKind == value.ValueKind && JsonElement.DeepEquals(allowed, value))
            {
                return true;
            }
        }

        return run.Fail(Name, $"{JsonText.Short(value)} is not {(values.Count > 1 ? "among " : "")}{string.Join(", ", values.Take(10).Select(JsonText.Short))}{(values.Count > 10 ? ", …" : "")}");
    }
}
