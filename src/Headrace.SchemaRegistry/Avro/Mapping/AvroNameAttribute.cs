namespace Headrace;

/// <summary>
/// What a type, member or enum value is called in Avro. Default: a type's namespace and name, a member's name in camel case (or its
/// <c>[JsonPropertyName]</c>), an enum value's name. A type's name may have a namespace before it, with dots.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface | AttributeTargets.Property | AttributeTargets.Field)]
public sealed class AvroNameAttribute : Attribute
{
    /// <summary>Names what it stands on.</summary>
    public AvroNameAttribute(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The name.</summary>
    public string Name { get; }
}
