using System.Text.Json;

namespace Headrace.Json;

/// <summary><c>minLength</c> and <c>maxLength</c>, in characters and not in UTF-16 units.</summary>
internal sealed class LengthKeyword(string name, long limit) : JsonKeyword(name)
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return true;
        }

        var length = 0;
        foreach (var _ in value.GetString()!.EnumerateRunes())
        {
            length++;
        }

        return (Name == "minLength" ? length >= limit : length <= limit) || run.Fail(Name, $"it has {length} characters, and {(Name == "minLength" ? "at least" : "at most")} {limit} are expected");
    }
}

/// <summary><c>pattern</c>.</summary>
internal sealed class PatternKeyword(EcmaPattern pattern) : JsonKeyword("pattern")
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks) =>
        value.ValueKind != JsonValueKind.String || run.IsMatch(pattern, value.GetString()!) || run.Fail(Name, $"{JsonText.Short(value)} does not match '{pattern.Text}'");
}

/// <summary><c>format</c>, where it is demanded.</summary>
internal sealed class FormatKeyword(string format, Func<string, bool> isValid) : JsonKeyword("format")
{
    public override bool Evaluate(JsonElement value, Evaluation run, Marks? marks) =>
        value.ValueKind != JsonValueKind.String || isValid(value.GetString()!) || run.Fail(Name, $"{JsonText.Short(value)} is no {format}");
}
