namespace Headrace;

/// <summary>A name that a type or member had before, so that what was written then is still read. May be given more than once.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Property, AllowMultiple = true)]
public sealed class AvroAliasAttribute : Attribute
{
    /// <summary>Adds a name.</summary>
    public AvroAliasAttribute(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The former name.</summary>
    public string Name { get; }
}
