using System.Buffers;
using System.Collections;
using System.Reflection;
using System.Text.Json;

namespace Headrace.Avro;

/// <summary>What a member is when nothing is said: its parameter's default, or what a new object has. That is its field's default.</summary>
internal static class TypeDefaults
{
    /// <summary>An object whose members have what they are initialized with; <see langword="null"/> when none can be made of nothing.</summary>
    public static object? SampleOf(TypeMembers members)
    {
        try
        {
            return members.Constructor is { } constructor
                ? constructor.Invoke([.. constructor.GetParameters().Select(parameter => parameter.HasDefaultValue ? AsDeclared(parameter.DefaultValue, parameter.ParameterType) : null)])
                : Activator.CreateInstance(members.Type);
        }
        catch (Exception error) when (error is TargetInvocationException or MemberAccessException)
        {
            return null;
        }
    }

    /// <summary>The value; <see langword="null"/> when there is none, or when it is null.</summary>
    public static object? Of(TypeMember member, object? sample) =>
        member.Parameter is { } parameter ? parameter.HasDefaultValue ? AsDeclared(parameter.DefaultValue, parameter.ParameterType) : null
        : member.IsRequired || sample is null ? null
        : member.Property.GetValue(sample);

    /// <summary>The default as a schema has it; <see langword="null"/> when it has none. Nullable members have null if nothing else.</summary>
    public static JsonElement? AsJson(object? value, AvroSchema schema)
    {
        var first = schema.Kind == AvroKind.Union ? schema.Branches[0] : schema;
        return value switch
        {
            null => first.Kind == AvroKind.Null ? JsonSerializer.SerializeToElement<object?>(null) : null,
            Enum => JsonSerializer.SerializeToElement(EnumNames.Of(value.GetType()).FirstOrDefault(pair => pair.Value.Equals(value)).Symbol),
            decimal number => Text(number, first),
            bool or sbyte or byte or short or ushort or int or uint or long or string => JsonSerializer.SerializeToElement(value, value.GetType()),
            float or double => double.IsFinite(Convert.ToDouble(value, null)) ? JsonSerializer.SerializeToElement(value, value.GetType()) : null,
            IDictionary { Count: 0 } => JsonSerializer.SerializeToElement(new Dictionary<string, string>()),
            ICollection { Count: 0 } and not byte[] => JsonSerializer.SerializeToElement(Array.Empty<string>()),
            byte[] { Length: 0 } => JsonSerializer.SerializeToElement(""),
            _ => null,
        };
    }

    private static object? AsDeclared(object? value, Type type) =>
        value is not null && (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } declared && value is not Enum ? Enum.ToObject(declared, value) : value;

    // Bytes in a default are characters of the same numbers.
    private static JsonElement Text(decimal number, AvroSchema schema)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new AvroWriter(output);
        AvroDecimal.Write(ref writer, number, schema.Precision, schema.Scale);
        writer.Flush();
        return JsonSerializer.SerializeToElement(string.Concat(output.WrittenSpan[1..].ToArray().Select(next => (char)next)));
    }
}
