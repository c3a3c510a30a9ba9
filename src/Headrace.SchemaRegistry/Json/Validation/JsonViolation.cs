namespace Headrace;

/// <summary>Where and why a value is not what its JSON Schema says.</summary>
/// <param name="Path">The place in the value, a JSON Pointer: <c>/lines/0/price</c>; empty for the whole.</param>
/// <param name="Keyword">The keyword of the schema that is not fulfilled: <c>required</c>.</param>
/// <param name="SchemaPath">The place of that keyword: the schema's address and a JSON Pointer.</param>
/// <param name="Message">What is wrong.</param>
public sealed record JsonViolation(string Path, string Keyword, string SchemaPath, string Message)
{
    /// <summary>The violation in one line.</summary>
    public override string ToString() => $"{(Path.Length == 0 ? "the value" : Path)}: {Message} ({Keyword})";
}
