using System.Reflection;

namespace Headrace.Avro;

/// <summary>A member of a message type that goes into its record.</summary>
internal sealed class TypeMember
{
    public required PropertyInfo Property { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    /// <summary>The constructor's parameter that takes it; <see langword="null"/> when it is set afterwards.</summary>
    public required ParameterInfo? Parameter { get; init; }

    /// <summary>Whether <see langword="null"/> is allowed, here and in what it holds.</summary>
    public required NullabilityInfo Nullability { get; init; }

    public Type Type => Property.PropertyType;

    public bool IsRequired => Parameter is { HasDefaultValue: false } || Property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null;
}
