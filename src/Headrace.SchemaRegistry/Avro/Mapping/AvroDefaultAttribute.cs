namespace Headrace;

/// <summary>The enum value that readers take for one that they do not know yet. Without it, a new value breaks readers that have not been updated.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class AvroDefaultAttribute : Attribute;
