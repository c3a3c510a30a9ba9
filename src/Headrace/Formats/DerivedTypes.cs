using System.Reflection;
using System.Text.Json.Serialization;

namespace Headrace.Formats;

/// <summary>The subtypes that a message type declares with <see cref="JsonDerivedTypeAttribute"/>.</summary>
internal static class DerivedTypes
{
    public static IEnumerable<Type> Of(Type type) => type.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false)
        .Select(attribute => attribute.DerivedType)
        .Where(derived => derived != type)
        .Distinct();
}
