using System.Reflection;

namespace Headrace.Avro;

/// <summary>
/// Classes that avrogen made of a schema, known by their shape and not by the interface of the library that they were made for: a static <c>_SCHEMA</c>, and <c>Get</c> and <c>Put</c> by a
/// field's place. The schema is taken from the class; its properties are members like any others.
/// </summary>
internal static class GeneratedClass
{
    /// <summary>The text of the schema; <see langword="null"/> when the type is no such class.</summary>
    public static string? SchemaOf(Type type) =>
        type.GetMethod("Get", [typeof(int)]) is not null
        && type.GetMethod("Put", [typeof(int), typeof(object)]) is not null
        && type.GetField("_SCHEMA", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) is { } schema
            ? schema.ToString()
            : null;
}
