namespace Headrace;

/// <summary>Where and why one schema cannot read, or should not replace, another.</summary>
/// <param name="Path">The place: <c>$.lines[].price</c> is the field price of the items of the field lines.</param>
/// <param name="Rule">The rule that is broken.</param>
/// <param name="Message">What does not fit, and where it helps, what to do.</param>
public sealed record SchemaFault(string Path, SchemaRule Rule, string Message)
{
    /// <summary>The fault in one line.</summary>
    public override string ToString() => $"{Path}: {Message} ({Rule})";
}
