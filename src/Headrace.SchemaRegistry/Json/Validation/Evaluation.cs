using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Headrace.Json;

/// <summary>The judging of one value: where it is, what it has found, and how much it may still do. Of one thread.</summary>
internal sealed class Evaluation
{
    private const int MaxViolations = 20;
    private const int MaxDepth = 1_000;
    private const long Steps = 200_000;
    private const long StepsPerByte = 64;

    private readonly List<object> _path = [];
    private readonly List<CompiledSchema> _schemas = [];
    private List<JsonViolation>? _violations = [];
    private long _steps;
    private TimeSpan _patternTime;

    /// <param name="size">The value's size in bytes: what it may cost grows with it.</param>
    public Evaluation(int size) => _steps = Steps + (size * StepsPerByte);

    /// <summary>Whether violations are noted; where they are not, the first one decides.</summary>
    public bool IsCollecting => _violations is { Count: < MaxViolations };

    /// <summary>What a schema finds wrong with a value; empty when nothing is.</summary>
    public IReadOnlyList<JsonViolation> Judge(CompiledSchema schema, JsonElement value)
    {
        var violations = _violations!;
        try
        {
            schema.Evaluate(value, this, null);
        }
        catch (EvaluationLimitException limit)
        {
            var at = _schemas.Count > 0 ? _schemas[^1] : schema;
            violations.Insert(0, new(Path, "limit", at.Path, limit.Message));
        }

        return violations;
    }

    public void Enter(CompiledSchema schema)
    {
        if (_schemas.Count == MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new EvaluationLimitException($"schemas lead more than {MaxDepth} deep, perhaps in a circle");
        }

        _schemas.Add(schema);
    }

    public void Leave() => _schemas.RemoveAt(_schemas.Count - 1);

    /// <summary>Counts a piece of work.</summary>
    public void Step(int count = 1)
    {
        if ((_steps -= count) < 0)
        {
            throw new EvaluationLimitException("the schema takes more work on this value than a message may cost");
        }
    }

    /// <summary>The schema with a dynamic name that is outermost among those that are being evaluated.</summary>
    public CompiledSchema? Outermost(string dynamicAnchor)
    {
        foreach (var schema in _schemas)
        {
            if (schema.Resource.Dynamic.TryGetValue(dynamicAnchor, out var found))
            {
                return found;
            }
        }

        return null;
    }

    public bool IsMatch(EcmaPattern pattern, string text) => pattern.IsMatch(text, ref _patternTime);

    /// <summary>Judges a member or an item.</summary>
    public bool Below(object step, CompiledSchema schema, JsonElement value)
    {
        _path.Add(step);
        var isValid = schema.Evaluate(value, this, null);
        _path.RemoveAt(_path.Count - 1);
        return isValid;
    }

    /// <summary>Judges the same value by another schema, and reports nothing: what is asked is only whether.</summary>
    public bool Try(CompiledSchema schema, JsonElement value, Marks? marks)
    {
        var violations = _violations;
        _violations = null;
        var isValid = schema.Evaluate(value, this, marks);
        _violations = violations;
        return isValid;
    }

    /// <summary>What a schema finds wrong with the same value; the deepest comes first, because it is the one that was meant.</summary>
    public JsonViolation? Reason(CompiledSchema schema, JsonElement value)
    {
        if (_violations is null)
        {
            return null;
        }

        var violations = _violations;
        _violations = [];
        schema.Evaluate(value, this, null);
        var found = _violations.MaxBy(violation => violation.Path.Count(character => character == '/'));
        _violations = violations;
        return found;
    }

    /// <summary>Notes a violation of the schema that is being evaluated; gives false.</summary>
    public bool Fail(string keyword, string message) => Fail(_schemas[^1], keyword, message);

    public bool Fail(CompiledSchema schema, string keyword, string message)
    {
        if (IsCollecting)
        {
            _violations!.Add(new(Path, keyword, schema.Constant is null ? $"{schema.Path}/{JsonPointer.Escape(keyword)}" : schema.Path, message));
        }

        return false;
    }

    private string Path
    {
        get
        {
            var path = new StringBuilder();
            foreach (var step in _path)
            {
                path.Append('/').Append(step is string name ? JsonPointer.Escape(name) : Convert.ToString(step, CultureInfo.InvariantCulture));
            }

            return path.ToString();
        }
    }
}
