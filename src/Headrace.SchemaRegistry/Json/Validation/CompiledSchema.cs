using System.Text.Json;

namespace Headrace.Json;

/// <summary>A schema, ready to judge values. Schemas may hold themselves.</summary>
internal sealed class CompiledSchema(SchemaResource resource, string pointer)
{
    public SchemaResource Resource => resource;

    /// <summary>Where it is: the address of its resource and a JSON Pointer.</summary>
    public string Path => $"{resource.Uri}#{pointer}";

    /// <summary>Set when the schema is a boolean.</summary>
    public bool? Constant { get; set; }

    /// <summary>In the order in which they are asked; those for what is unevaluated are the last.</summary>
    public IReadOnlyList<JsonKeyword> Keywords { get; set; } = [];

    /// <summary>Whether it asks what other keywords have looked at.</summary>
    public bool NeedsMarks { get; set; }

    /// <summary>Whether a value is what the schema says.</summary>
    public bool Evaluate(JsonElement value, Evaluation run, Marks? marks)
    {
        if (Constant is { } constant)
        {
            return constant || run.Fail(this, "false", "nothing is allowed here");
        }

        run.Enter(this);
        var own = NeedsMarks ? new Marks() : marks;
        var isValid = true;
        foreach (var keyword in Keywords)
        {
            run.Step();
            isValid &= keyword.Evaluate(value, run, own);
            if (!isValid && !run.IsCollecting)
            {
                break;
            }
        }

        run.Leave();
        if (isValid && NeedsMarks)
        {
            marks?.Add(own!);
        }

        return isValid;
    }
}
