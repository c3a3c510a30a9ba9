using System.Reflection;
using System.Text.Json.Serialization;

namespace Headrace.Avro;

/// <summary>The symbols of a .NET enum and the values they stand for.</summary>
internal static class EnumNames
{
    public static IReadOnlyList<(string Symbol, object Value)> Of(Type type) =>
        [.. Fields(type).Select(field => (NameOf(field), field.GetValue(null)!)).DistinctBy(pair => pair.Item2)];

    public static string? DefaultOf(Type type) =>
        Fields(type).FirstOrDefault(field => field.GetCustomAttribute<AvroDefaultAttribute>() is not null) is { } field ? NameOf(field) : null;

    public static long NumberOf(object value) => Convert.GetTypeCode(value) == TypeCode.UInt64 ? unchecked((long)Convert.ToUInt64(value, null)) : Convert.ToInt64(value, null);

    private static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Static);

    private static string NameOf(FieldInfo field) =>
        field.GetCustomAttribute<AvroNameAttribute>()?.Name ?? field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? field.Name;
}
