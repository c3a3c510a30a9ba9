using System.Collections.Immutable;
using System.Reflection;
using Headrace.Formats;

namespace Headrace.Avro;

/// <summary>What kinds of .NET types there are, as far as Avro is concerned.</summary>
internal static class ClrTypes
{
    private static readonly HashSet<Type> Lists =
    [
        typeof(List<>), typeof(IList<>), typeof(ICollection<>), typeof(IEnumerable<>), typeof(IReadOnlyList<>), typeof(IReadOnlyCollection<>),
        typeof(HashSet<>), typeof(ISet<>), typeof(IReadOnlySet<>), typeof(ImmutableArray<>),
    ];

    private static readonly HashSet<Type> Maps = [typeof(Dictionary<,>), typeof(IDictionary<,>), typeof(IReadOnlyDictionary<,>)];

    /// <summary>What the items of a collection are; <see langword="null"/> when the type is none, or one of bytes.</summary>
    public static Type? ItemOf(Type type) =>
        type.IsArray && type != typeof(byte[]) ? type.GetElementType()
        : type.IsGenericType && Lists.Contains(type.GetGenericTypeDefinition()) ? type.GetGenericArguments()[0]
        : null;

    /// <summary>What the values of a dictionary are whose keys are strings.</summary>
    public static Type? ValueOf(Type type) =>
        type.IsGenericType && Maps.Contains(type.GetGenericTypeDefinition()) && type.GetGenericArguments() is [var key, var value] && key == typeof(string) ? value : null;

    public static bool IsGeneric(Type type) => type == typeof(object) || type == typeof(AvroRecord) || type == typeof(AvroSymbol) || type == typeof(AvroFixed);

    public static bool CanBeNull(Type type) => !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;

    /// <summary>The types that a value of a type may have: those that <c>[JsonDerivedType]</c> names, and the type itself when it can be made.</summary>
    public static IReadOnlyList<Type> HierarchyOf(Type type) => [.. DerivedTypes.Of(type).Concat(type.IsAbstract ? [] : [type])];

    public static AvroName NameOf(Type type)
    {
        if (type.GetCustomAttribute<AvroNameAttribute>(inherit: false)?.Name is { } name)
        {
            return AvroName.In(SpaceOf(type), name);
        }

        return AvroName.In(SpaceOf(type), SimpleNameOf(type));
    }

    /// <summary>The type of a hierarchy that a record's schema stands for: by its full name, or by its simple one. A lone type takes any.</summary>
    public static Type? TypeFor(AvroSchema record, Type type)
    {
        var types = HierarchyOf(type);
        return types.Count == 1 && types[0] == type ? type
            : types.FirstOrDefault(candidate => NameOf(candidate).Full == record.Name)
            ?? types.FirstOrDefault(candidate => NameOf(candidate).Simple == record.TypeName!.Value.Simple);
    }

    /// <summary>Names of other languages' habits are one name: <c>order_id</c>, <c>OrderId</c>, <c>ORDER_ID</c>.</summary>
    public static bool AreAlike(string one, string other) =>
        string.Equals(one.Replace("_", "", StringComparison.Ordinal), other.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    private static string SpaceOf(Type type) => type.DeclaringType is { } outer ? $"{SpaceOf(outer)}.{SimpleNameOf(outer)}".TrimStart('.') : type.Namespace ?? "";

    private static string SimpleNameOf(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}Of{string.Concat(type.GetGenericArguments().Select(SimpleNameOf))}"
        : type.Name;
}
