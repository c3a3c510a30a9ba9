using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headrace.Avro;

/// <summary>How objects of a type are taken apart and made: its members, base types first, and its constructor.</summary>
internal sealed class TypeMembers
{
    private TypeMembers(Type type, ConstructorInfo? constructor, IReadOnlyList<TypeMember> members) => (Type, Constructor, All) = (type, constructor, members);

    public Type Type { get; }

    /// <summary><see langword="null"/> for a struct that is made empty.</summary>
    public ConstructorInfo? Constructor { get; }

    public IReadOnlyList<TypeMember> All { get; }

    /// <exception cref="AvroSchemaException">No object of the type can be made.</exception>
    public static TypeMembers Of(Type type)
    {
        var constructor = ConstructorOf(type);
        var parameters = constructor?.GetParameters() ?? [];
        var nullability = new NullabilityInfoContext();
        var members = new List<TypeMember>();
        foreach (var property in PropertiesOf(type))
        {
            var parameter = parameters.FirstOrDefault(candidate => string.Equals(candidate.Name, property.Name, StringComparison.OrdinalIgnoreCase) && candidate.ParameterType == property.PropertyType);
            if (parameter is not null || property.SetMethod is { IsPublic: true })
            {
                members.Add(new()
                {
                    Property = property,
                    Name = NameOf(property),
                    Aliases = [.. property.GetCustomAttributes<AvroAliasAttribute>().Select(alias => alias.Name)],
                    Parameter = parameter,
                    Nullability = nullability.Create(property),
                });
            }
        }

        if (parameters.FirstOrDefault(parameter => !parameter.HasDefaultValue && members.All(member => member.Parameter != parameter)) is { } lonely)
        {
            throw new AvroSchemaException(type.Name, $"its constructor takes '{lonely.Name}', and no public property of that name and type says what to pass. Add one, or mark another constructor with [JsonConstructor].");
        }

        return new(type, constructor, members);
    }

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<AvroNameAttribute>()?.Name
        ?? property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
        ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
        .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always })
        .GroupBy(property => property.Name)
        .Select(same => same.MaxBy(property => DepthOf(property.DeclaringType!))!)
        .OrderBy(property => DepthOf(property.DeclaringType!))
        .ThenBy(property => property.MetadataToken);

    private static int DepthOf(Type type) => type.BaseType is { } parent ? 1 + DepthOf(parent) : 0;

    private static ConstructorInfo? ConstructorOf(Type type)
    {
        var constructors = type.GetConstructors();
        var chosen = constructors.Where(constructor => constructor.GetCustomAttribute<JsonConstructorAttribute>() is not null).ToList();
        if (chosen.Count == 0)
        {
            chosen = [.. constructors.Where(constructor => constructor.GetParameters().Length == 0)];
        }

        if (chosen.Count == 0)
        {
            chosen = [.. constructors];
        }

        return chosen switch
        {
            [var only] => only,
            [] when type.IsValueType => null,
            [] => throw new AvroSchemaException(type.Name, "it has no public constructor, so no object of it can be made. Add one."),
            _ => throw new AvroSchemaException(type.Name, "it has several constructors and none without parameters. Mark the one to use with [JsonConstructor]."),
        };
    }
}
