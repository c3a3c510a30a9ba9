namespace Headrace;

/// <summary>An enum's value in a record whose schema is known only at run time.</summary>
/// <param name="Type">The enum's full name.</param>
/// <param name="Name">The symbol.</param>
public sealed record AvroSymbol(string Type, string Name)
{
    /// <summary>The symbol.</summary>
    public override string ToString() => Name;
}
