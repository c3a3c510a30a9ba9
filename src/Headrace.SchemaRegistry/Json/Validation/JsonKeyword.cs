using System.Text.Json;

namespace Headrace.Json;

/// <summary>One keyword of a schema, ready to judge values. Used by many threads.</summary>
internal abstract class JsonKeyword(string name)
{
    /// <summary>How it is called in a schema.</summary>
    public string Name => name;

    /// <summary>Whether the value fulfils it; what is wrong is reported to the evaluation.</summary>
    /// <param name="value">The value.</param>
    /// <param name="run">The evaluation.</param>
    /// <param name="marks">What is noted for unevaluated…; <see langword="null"/> when nobody asks.</param>
    public abstract bool Evaluate(JsonElement value, Evaluation run, Marks? marks);
}
