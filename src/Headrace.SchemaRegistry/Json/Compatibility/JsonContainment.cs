using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headrace.Json;

/// <summary>
/// Whether a reader's schema allows every value that a writer's allows. Walks both at once; where the writer's has alternatives each is looked at, where
/// the reader's has, one must do. It never says yes without a reason; what it cannot decide is a fault.
/// </summary>
internal sealed class JsonContainment(JsonSchema writer, JsonSchema reader)
{
    private const int MaxSteps = 20_000;
    private const int MaxFaults = 50;
    private const int MaxDepth = 128;

    private readonly HashSet<string> _assumed = [];
    private int _steps;
    private int _depth;

    public IReadOnlyList<SchemaFault> Check()
    {
        if (writer.Text == reader.Text)
        {
            return [];
        }

        var faults = new List<SchemaFault>();
        try
        {
            Compare(SchemaView.Of(writer, writer.Root), SchemaView.Of(reader, reader.Root), "$", faults);
        }
        catch (EvaluationLimitException limit)
        {
            faults.Add(new("$", SchemaRule.Comparable, $"the two schemas cannot be compared: {limit.Message}"));
        }

        return [.. faults.Distinct().Take(MaxFaults)];
    }

    /// <summary>Whether all that one view allows another does.</summary>
    public bool IsContained(SchemaView inner, SchemaView outer)
    {
        var faults = new List<SchemaFault>();
        Compare(inner, outer, "$", faults);
        return faults.Count == 0;
    }

    public void Compare(SchemaView written, SchemaView read, string path, List<SchemaFault> faults)
    {
        if (++_steps > MaxSteps || _depth >= MaxDepth)
        {
            throw new EvaluationLimitException("they have too many alternatives, or lead too deep");
        }

        if (written.IsNothing || written.Types().Count == 0 || read is { IsNothing: false, Parts.Count: 0 })
        {
            return;
        }

        if (read.IsNothing)
        {
            faults.Add(new(path, SchemaRule.MembersAllowed, "the reader allows nothing here, and the writer may write something"));
            return;
        }

        // Schemas that hold themselves: what is being proven may be used in the proof.
        var pair = $"{written.Key}>{read.Key}";
        if (!_assumed.Add(pair))
        {
            return;
        }

        _depth++;
        var before = faults.Count;
        Split(written, read, path, faults);
        _depth--;
        if (faults.Count > before)
        {
            _assumed.Remove(pair);
        }
    }

    private void Split(SchemaView written, SchemaView read, string path, List<SchemaFault> faults)
    {
        if (Values(written) is { } values)
        {
            var refused = values.Where(value => written.Allows(value) && !read.Allows(value)).Select(JsonText.Short).ToList();
            if (refused.Count > 0)
            {
                faults.Add(new(path, SchemaRule.SymbolsKnown, $"{string.Join(", ", refused)} may be written, and the reader does not allow {(refused.Count == 1 ? "it" : "them")}. Keep every value, and teach readers a new one first"));
            }

            return;
        }

        if (written.Choices().FirstOrDefault() is { Alternatives: { } alternatives })
        {
            foreach (var alternative in alternatives)
            {
                Compare(written.With(alternative, alternatives), read, path, faults);
            }

            return;
        }

        if (read.Choices().Any() && written.Types() is { Count: > 1 } types)
        {
            foreach (var type in types)
            {
                Compare(written.OfType(type), read, path, faults);
            }

            return;
        }

        new JsonDemands(this, written, read, path, faults).Check();
    }

    /// <summary>All values, when they are listed or few; <see langword="null"/> when they are not.</summary>
    private static List<JsonElement>? Values(SchemaView written)
    {
        if (written.All("const").FirstOrDefault() is { } constant)
        {
            return [JsonSerializer.SerializeToElement(constant)];
        }

        if (written.All("enum").OfType<JsonArray>().FirstOrDefault() is { } listed)
        {
            return [.. listed.Select(value => JsonSerializer.SerializeToElement(value))];
        }

        return written.Types().All(type => type is "null" or "boolean") && !written.Choices().Any()
            ? [.. ((string[])["null", "true", "false"]).Select(text => JsonSerializer.Deserialize<JsonElement>(text))]
            : null;
    }
}
