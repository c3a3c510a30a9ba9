namespace Headrace;

/// <summary>A message is not what its JSON Schema says. What was to be produced is not; what was consumed is dead-lettered at once.</summary>
public sealed class JsonValidationException : Exception
{
    /// <summary>A failure with what was found.</summary>
    /// <param name="what">What is wrong, for example <c>The value of OrderPlaced</c>.</param>
    /// <param name="violations">At least one.</param>
    public JsonValidationException(string what, IReadOnlyList<JsonViolation> violations)
        : base($"{what} is not what its JSON Schema says: {string.Join("; ", violations)}.") => Violations = violations;

    /// <summary>What was found, at most 20.</summary>
    public IReadOnlyList<JsonViolation> Violations { get; }
}
