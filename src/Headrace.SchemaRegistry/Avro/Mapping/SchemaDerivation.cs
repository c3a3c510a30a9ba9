using System.Reflection;

namespace Headrace.Avro;

/// <summary>Derives a schema of a .NET type.</summary>
internal sealed class SchemaDerivation
{
    private const int Precision = 29;
    private const int Scale = 14;

    private readonly Dictionary<Type, AvroSchema> _named = [];

    /// <exception cref="AvroSchemaException">The type has no schema; the message names the member.</exception>
    public static AvroSchema Of(Type type)
    {
        if (GeneratedClass.SchemaOf(type) is { } text)
        {
            return AvroSchema.Parse(text);
        }

        var derivation = new SchemaDerivation();
        var schema = derivation.Of(type, null, type.Name);
        // Derived and parsed again, so that a derived schema obeys every rule that a written one does, and its defaults are checked.
        return AvroSchema.Parse(schema.ToString());
    }

    private AvroSchema Of(Type type, NullabilityInfo? nullability, string path, AvroDecimalAttribute? digits = null)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return OrNull(Of(underlying, null, path, digits));
        }

        var schema = Scalar(type, digits) ?? Nested(type, nullability, path);
        return nullability is { ReadState: NullabilityState.Nullable } && !type.IsValueType ? OrNull(schema) : schema;
    }

    private static AvroSchema OrNull(AvroSchema schema) => schema.Kind == AvroKind.Union
        ? new(AvroKind.Union) { Branches = [new(AvroKind.Null), .. schema.Branches] }
        : new(AvroKind.Union) { Branches = [new(AvroKind.Null), schema] };

    private static AvroSchema? Scalar(Type type, AvroDecimalAttribute? digits) => Type.GetTypeCode(type.IsEnum ? typeof(object) : type) switch
    {
        TypeCode.Boolean => new(AvroKind.Boolean),
        TypeCode.SByte or TypeCode.Byte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 => new(AvroKind.Int),
        TypeCode.UInt32 or TypeCode.Int64 => new(AvroKind.Long),
        TypeCode.Single => new(AvroKind.Float),
        TypeCode.Double => new(AvroKind.Double),
        TypeCode.String => new(AvroKind.String),
        TypeCode.Decimal => new(AvroKind.Bytes) { Logical = AvroLogical.Decimal, Precision = digits?.Precision ?? Precision, Scale = digits?.Scale ?? Scale },
        TypeCode.DateTime => new(AvroKind.Long) { Logical = AvroLogical.TimestampMicros },
        _ when type == typeof(DateTimeOffset) => new(AvroKind.Long) { Logical = AvroLogical.TimestampMicros },
        _ when type == typeof(DateOnly) => new(AvroKind.Int) { Logical = AvroLogical.Date },
        _ when type == typeof(TimeOnly) => new(AvroKind.Long) { Logical = AvroLogical.TimeMicros },
        _ when type == typeof(Guid) => new(AvroKind.String) { Logical = AvroLogical.Uuid },
        _ when type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>) => new(AvroKind.Bytes),
        _ => null,
    };

    private AvroSchema Nested(Type type, NullabilityInfo? nullability, string path)
    {
        if (ClrTypes.ItemOf(type) is { } item)
        {
            var inner = nullability?.ElementType ?? nullability?.GenericTypeArguments.FirstOrDefault();
            return new(AvroKind.Array) { Element = Of(item, inner, $"{path}[]") };
        }

        if (ClrTypes.ValueOf(type) is { } value)
        {
            return new(AvroKind.Map) { Element = Of(value, nullability?.GenericTypeArguments.LastOrDefault(), $"{path}{{}}") };
        }

        if (_named.TryGetValue(type, out var known))
        {
            return known;
        }

        if (type.IsEnum)
        {
            return _named[type] = new(AvroKind.Enum)
            {
                TypeName = ClrTypes.NameOf(type),
                Aliases = AliasesOf(type),
                Symbols = [.. EnumNames.Of(type).Select(pair => pair.Symbol)],
                DefaultSymbol = EnumNames.DefaultOf(type),
            };
        }

        if (type == typeof(TimeSpan))
        {
            return _named[type] = new(AvroKind.Fixed) { TypeName = new("headrace.TimeSpan"), Size = 12, Logical = AvroLogical.Duration };
        }

        Refuse(type, path);
        var types = ClrTypes.HierarchyOf(type);
        return types.Count == 1 && types[0] == type
            ? Record(type)
            : new(AvroKind.Union) { Branches = [.. types.Select(derived => _named.GetValueOrDefault(derived) ?? Record(derived))] };
    }

    private AvroSchema Record(Type type)
    {
        var record = _named[type] = new(AvroKind.Record) { TypeName = ClrTypes.NameOf(type), Aliases = AliasesOf(type) };
        var members = TypeMembers.Of(type);
        var sample = TypeDefaults.SampleOf(members);
        record.Fields = [.. members.All.Select(member => Field(type, member, TypeDefaults.Of(member, sample)))];
        return record;
    }

    private AvroField Field(Type type, TypeMember member, object? value)
    {
        var schema = Of(member.Type, member.Nullability, $"{type.Name}.{member.Property.Name}", member.Property.GetCustomAttribute<AvroDecimalAttribute>());
        if (schema.Kind == AvroKind.Union && schema.Branches[0].Kind == AvroKind.Null && value is not null)
        {
            // The default decides which type comes first: older readers of schemas know no other place for it.
            schema = new(AvroKind.Union) { Branches = [.. schema.Branches.Skip(1), schema.Branches[0]] };
        }

        return new(member.Name, schema, TypeDefaults.AsJson(value, schema), member.Aliases);
    }

    private static List<string> AliasesOf(Type type) =>
        [.. type.GetCustomAttributes<AvroAliasAttribute>(inherit: false).Select(alias => AvroName.In(ClrTypes.NameOf(type).Space, alias.Name).Full)];

    private static void Refuse(Type type, string path)
    {
        if (ClrTypes.IsGeneric(type))
        {
            throw new AvroSchemaException(path, $"{type.Name} is known only at run time, so no schema can be derived of it. Give the schema.");
        }

        if (type.IsPrimitive || type.IsPointer || type.Namespace is "System" || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true)
        {
            throw new AvroSchemaException(path, $"{type.Name} has no counterpart in Avro. Use another type for it, or leave it out with [JsonIgnore].");
        }

        if (type.IsAbstract && ClrTypes.HierarchyOf(type).Count == 0)
        {
            throw new AvroSchemaException(path, $"{type.Name} is abstract, and nothing says which types its values have. Name them with [JsonDerivedType(typeof(…))] on it.");
        }
    }
}
