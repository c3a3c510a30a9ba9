using System.Linq.Expressions;

namespace Headrace.Avro;

/// <summary>Compiles what writes objects of a type as a schema: one piece of code for each record, made once at startup.</summary>
internal sealed class EncoderCompiler
{
    private readonly Dictionary<(AvroSchema, Type), object> _records = [];

    /// <exception cref="AvroSchemaException">The type and the schema do not go together; the message names the member.</exception>
    public static AvroEncoder<T> Compile<T>(AvroSchema schema) => (AvroEncoder<T>)new EncoderCompiler().Code(schema, typeof(T), typeof(T).Name);

    private Delegate Code(AvroSchema schema, Type type, string path)
    {
        var writer = Expression.Parameter(typeof(AvroWriter).MakeByRefType(), "writer");
        var value = Expression.Parameter(type, "value");
        return Expression.Lambda(typeof(AvroEncoder<>).MakeGenericType(type), Write(schema, value, writer, path), writer, value).Compile();
    }

    private Expression Write(AvroSchema schema, Expression value, ParameterExpression writer, string path)
    {
        if (ClrTypes.IsGeneric(value.Type))
        {
            return Expression.Call(
                typeof(GenericWriter), nameof(GenericWriter.Write), null, writer, Expression.Constant(schema), Expression.Convert(value, typeof(object)), Expression.Constant(path));
        }

        if (schema.Kind == AvroKind.Union)
        {
            return WriteUnion(schema, value, writer, path);
        }

        if (schema.Kind == AvroKind.Null)
        {
            return ClrTypes.CanBeNull(value.Type) ? Expression.Empty() : throw Mismatch(schema, value.Type, path);
        }

        return WriteNotNull(schema, NotNull(value, path), writer, path);
    }

    private Expression WriteNotNull(AvroSchema schema, Expression value, ParameterExpression writer, string path)
    {
        var type = value.Type;
        switch (schema.Kind)
        {
            case AvroKind.Record when ClrTypes.TypeFor(schema, type) is { } target && !IsScalar(type):
                return WriteRecord(schema, target == type ? value : Expression.Convert(value, target), writer, path);
            case AvroKind.Enum when type.IsEnum:
                return Expression.Call(Expression.Constant(new EnumCode(type, schema, path)), nameof(EnumCode.Write), null, writer, Expression.Convert(value, typeof(long)));
            case AvroKind.Array when ClrTypes.ItemOf(type) is { } item:
                var isImmutable = type.IsValueType;
                return Expression.Call(
                    typeof(Collections), isImmutable ? nameof(Collections.WriteImmutable) : nameof(Collections.Write), [item], writer, value, Expression.Constant(Code(schema.Element!, item, $"{path}[]")));
            case AvroKind.Map when ClrTypes.ValueOf(type) is { } entry:
                return Expression.Call(typeof(Collections), nameof(Collections.WriteMap), [entry], writer, value, Expression.Constant(Code(schema.Element!, entry, $"{path}{{}}")));
            default:
                return ScalarExpressions.Write(schema, value, writer) ?? throw Mismatch(schema, type, path);
        }
    }

    private InvocationExpression WriteRecord(AvroSchema schema, Expression value, ParameterExpression writer, string path)
    {
        var type = value.Type;
        var code = typeof(AvroEncoder<>).MakeGenericType(type);
        var slotType = typeof(Slot<>).MakeGenericType(code);
        if (!_records.TryGetValue((schema, type), out var slot))
        {
            slot = _records[(schema, type)] = Activator.CreateInstance(slotType)!;
            slotType.GetField(nameof(Slot<>.Code))!.SetValue(slot, RecordCode(schema, type, path));
        }

        return Expression.Invoke(Expression.Field(Expression.Constant(slot, slotType), nameof(Slot<>.Code)), writer, value);
    }

    private Delegate RecordCode(AvroSchema schema, Type type, string path)
    {
        var members = TypeMembers.Of(type).All;
        RefuseLost(schema, members, path);
        var writer = Expression.Parameter(typeof(AvroWriter).MakeByRefType(), "writer");
        var value = Expression.Parameter(type, "value");
        var steps = new List<Expression> { Expression.Call(writer, nameof(AvroWriter.Enter), null) };
        foreach (var field in schema.Fields)
        {
            var member = MemberOf(members, field.Name);
            steps.Add(
                member is not null ? Write(field.Schema, Expression.Property(value, member.Property), writer, $"{path}.{member.Property.Name}")
                : field.DefaultBytes is { } bytes ? Expression.Call(typeof(Scalars), nameof(Scalars.WriteRaw), null, writer, Expression.Constant(bytes))
                : throw new AvroSchemaException($"{path}.{field.Name}", $"{schema.Label} has this field without a default, and {type.Name} has no member for it. Add one, or name an existing one with [AvroName(\"{field.Name}\")]."));
        }

        steps.Add(Expression.Call(writer, nameof(AvroWriter.Leave), null));
        return Expression.Lambda(typeof(AvroEncoder<>).MakeGenericType(type), Expression.Block(steps), writer, value).Compile();
    }

    public static TypeMember? MemberOf(IReadOnlyList<TypeMember> members, string field) =>
        members.FirstOrDefault(member => member.Name == field) ?? members.FirstOrDefault(member => ClrTypes.AreAlike(member.Name, field));

    private static void RefuseLost(AvroSchema schema, IReadOnlyList<TypeMember> members, string path)
    {
        if (members.FirstOrDefault(member => schema.Fields.All(field => MemberOf(members, field.Name) != member)) is { } lost)
        {
            throw new AvroSchemaException(
                $"{path}.{lost.Property.Name}", $"{schema.Label} has no field for it, so it would be lost in silence. Add the field '{lost.Name}' to the schema, or leave the member out with [JsonIgnore].");
        }
    }

    private BlockExpression WriteUnion(AvroSchema union, Expression value, ParameterExpression writer, string path)
    {
        var content = Expression.Parameter(value.Type, "content");
        Expression body = NoBranch(union, content, path);
        foreach (var (index, branch) in union.Branches.Index().Reverse())
        {
            if (branch.Kind != AvroKind.Null && TryWrite(branch, content, writer, path) is { } write)
            {
                var chosen = Expression.Block(Expression.Call(writer, nameof(AvroWriter.WriteInt), null, Expression.Constant(index)), write.Code);
                body = write.Condition is { } condition ? Expression.IfThenElse(condition, chosen, body) : chosen;
            }
        }

        var none = union.Branches.Index().Where(pair => pair.Item.Kind == AvroKind.Null).Select(pair => pair.Index).DefaultIfEmpty(-1).First();
        if (none >= 0 && ClrTypes.CanBeNull(value.Type))
        {
            body = Expression.IfThenElse(
                Expression.Equal(content, Expression.Constant(null, content.Type)), Expression.Call(writer, nameof(AvroWriter.WriteInt), null, Expression.Constant(none)), body);
        }

        return Expression.Block([content], Expression.Assign(content, value), body);
    }

    private static UnaryExpression NoBranch(AvroSchema union, ParameterExpression content, string path) =>
        union.Branches.Count == 0 ? throw Mismatch(union, content.Type, path)
        : Expression.Throw(Expression.Call(typeof(Scalars), nameof(Scalars.NoBranch), null, Expression.Convert(content, typeof(object)), Expression.Constant(path)));

    private (Expression? Condition, Expression Code)? TryWrite(AvroSchema branch, ParameterExpression content, ParameterExpression writer, string path)
    {
        if (branch.Kind == AvroKind.Record && !IsScalar(content.Type) && ClrTypes.TypeFor(branch, content.Type) is { } target && target != content.Type)
        {
            return (Expression.TypeEqual(content, target), Write(branch, Expression.Convert(content, target), writer, path));
        }

        if (branch.Kind == AvroKind.Record && ClrTypes.HierarchyOf(content.Type) is { Count: > 1 } && ClrTypes.TypeFor(branch, content.Type) == content.Type)
        {
            return (Expression.TypeEqual(content, content.Type), Write(branch, content, writer, path));
        }

        return Fits(branch, Nullable.GetUnderlyingType(content.Type) ?? content.Type) ? (null, Write(branch, content, writer, path)) : null;
    }

    private static bool Fits(AvroSchema branch, Type type) => branch.Kind switch
    {
        AvroKind.Record => !IsScalar(type) && ClrTypes.TypeFor(branch, type) == type,
        AvroKind.Enum => type.IsEnum,
        AvroKind.Array => ClrTypes.ItemOf(type) is not null,
        AvroKind.Map => ClrTypes.ValueOf(type) is not null,
        _ => ScalarExpressions.Write(branch, Expression.Default(type), Expression.Parameter(typeof(AvroWriter).MakeByRefType())) is not null,
    };

    private static Expression NotNull(Expression value, string path)
    {
        if (Nullable.GetUnderlyingType(value.Type) is { } underlying)
        {
            return Expression.Condition(
                Expression.Property(value, "HasValue"), Expression.Property(value, "Value"), Expression.Throw(Null(path), underlying));
        }

        return value.Type.IsValueType ? value : Expression.Coalesce(value, Expression.Throw(Null(path), value.Type));
    }

    private static MethodCallExpression Null(string path) => Expression.Call(typeof(Scalars), nameof(Scalars.Null), null, Expression.Constant(path));

    public static bool IsScalar(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string) || type.Namespace == "System" || ClrTypes.ItemOf(type) is not null || ClrTypes.ValueOf(type) is not null;

    private static AvroSchemaException Mismatch(AvroSchema schema, Type type, string path) =>
        new(path, $"a {type.Name} cannot be {schema.Label}{(schema.Logical == AvroLogical.None ? "" : $" ({AvroNames.Of(schema.Logical)})")}. Change the member's type or the schema.");
}
