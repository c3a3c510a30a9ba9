namespace Headrace;

/// <summary>
/// Binds a handler's parameter to the last header of a name: text, bytes, or a type with a <c>TryParse</c>. A header that is missing or cannot be
/// parsed dead-letters the record at once, unless the parameter is nullable or has a default value.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class FromRecordHeaderAttribute : Attribute
{
    /// <summary>Binds to the header of this name.</summary>
    public FromRecordHeaderAttribute(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The header's name.</summary>
    public string Name { get; }
}
