using System.Text.Json;

namespace Headrace.Json;

/// <summary><c>minimum</c>, <c>maximum</c> and their exclusive forms.</summary>
internal sealed class BoundKeyword(string name, JsonElement bound) : JsonKeyword(name)
{
    private readonly JsonNumber _bound = JsonNumber.Of(bound);

    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            return true;
        }

        var order = JsonNumber.Of(value).CompareTo(_bound);
        return Name switch
        {
            "minimum" => order >= 0,
            "maximum" => order <= 0,
            "exclusiveMinimum" => order > 0,
            _ => order < 0,
        } || run.Fail(Name, $"{JsonText.Short(value)} is not {(Name.EndsWith("inimum", StringComparison.Ordinal) ? ">" : "<")}{(Name[0] == 'e' ? "" : "=")} {bound.GetRawText()}");
    }
}

/// <summary><c>multipleOf</c>.</summary>
internal sealed class MultipleKeyword(JsonElement divisor) : JsonKeyword("multipleOf")
{
    private readonly JsonNumber _divisor = JsonNumber.Of(divisor);

    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks) =>
        value.ValueKind != JsonValueKind.Number || JsonNumber.Of(value).IsMultipleOf(_divisor) || run.Fail(Name, $"{JsonText.Short(value)} is no multiple of {divisor.GetRawText()}");
}
