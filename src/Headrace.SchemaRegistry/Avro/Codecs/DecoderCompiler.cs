using System.Linq.Expressions;

namespace Headrace.Avro;

/// <summary>Compiles what reads objects of a type: one piece of code for each record of a resolution, made once per pair of schemas.</summary>
internal sealed class DecoderCompiler
{
    private readonly Dictionary<(ResolvedRecord, Type), object> _records = [];

    /// <exception cref="AvroSchemaException">The type and the reader's schema do not go together; the message names the member.</exception>
    public static AvroDecoder<T> Compile<T>(Resolved resolved) => (AvroDecoder<T>)new DecoderCompiler().Code(resolved, typeof(T), typeof(T).Name);

    private Delegate Code(Resolved resolved, Type type, string path)
    {
        var reader = Expression.Parameter(typeof(AvroReader).MakeByRefType(), "reader");
        return Expression.Lambda(typeof(AvroDecoder<>).MakeGenericType(type), Read(resolved, type, reader, path), reader).Compile();
    }

    private Expression Read(Resolved resolved, Type type, ParameterExpression reader, string path)
    {
        if (ClrTypes.IsGeneric(type))
        {
            return Expression.Convert(Expression.Call(typeof(GenericReader), nameof(GenericReader.Read), null, reader, Expression.Constant(resolved, typeof(Resolved))), type);
        }

        switch (resolved)
        {
            case ResolvedFault fault:
                return Expression.Throw(Expression.Call(Expression.Constant(fault), nameof(ResolvedFault.Exception), null), type);
            case ResolvedUnion union:
                return ReadUnion(union, type, reader, path);
            case ResolvedBranch branch:
                return Read(branch.Value, type, reader, path);
            case ResolvedValue { Writer.Kind: AvroKind.Null }:
                return ClrTypes.CanBeNull(type) ? Expression.Default(type) : throw new AvroSchemaException(path, $"the schema allows null, and a {type.Name} is never null. Make the member nullable.");
        }

        return Nullable.GetUnderlyingType(type) is { } underlying
            ? Expression.Convert(ReadNotNull(resolved, underlying, reader, path), type)
            : ReadNotNull(resolved, type, reader, path);
    }

    private Expression ReadNotNull(Resolved resolved, Type type, ParameterExpression reader, string path) => resolved switch
    {
        ResolvedRecord record => ReadRecord(record, type, reader, path),
        ResolvedEnum symbols => ReadEnum(symbols, type, reader, path),
        ResolvedBlocks blocks => ReadBlocks(blocks, type, reader, path),
        ResolvedValue value => ScalarExpressions.Read(value, type, reader) ?? throw Mismatch(value.Reader, type, path),
        _ => throw new InvalidOperationException($"{resolved.GetType().Name} is read elsewhere."),
    };

    private static IndexExpression ReadEnum(ResolvedEnum symbols, Type type, ParameterExpression reader, string path)
    {
        if (!type.IsEnum)
        {
            throw Mismatch(symbols.Reader, type, path);
        }

        var values = typeof(EnumCode).GetMethod(nameof(EnumCode.ValuesOf))!.MakeGenericMethod(type)
            .Invoke(null, System.Reflection.BindingFlags.DoNotWrapExceptions, null, [symbols.Reader, path], null);
        return Expression.ArrayAccess(Expression.Constant(values), Expression.Call(Expression.Constant(symbols), nameof(ResolvedEnum.Read), null, reader));
    }

    private MethodCallExpression ReadBlocks(ResolvedBlocks blocks, Type type, ParameterExpression reader, string path)
    {
        if (blocks.Reader.Kind == AvroKind.Map)
        {
            var entry = ClrTypes.ValueOf(type) ?? throw Mismatch(blocks.Reader, type, path);
            return Expression.Call(typeof(Collections), nameof(Collections.ReadMap), [entry], reader, Expression.Constant(Code(blocks.Element, entry, $"{path}{{}}")), Expression.Constant(blocks.MinSize));
        }

        var item = ClrTypes.ItemOf(type) ?? throw Mismatch(blocks.Reader, type, path);
        var method = type.IsValueType ? nameof(Collections.ReadImmutable)
            : type.IsAssignableFrom(item.MakeArrayType()) && !IsMutable(type) ? nameof(Collections.ReadArray)
            : type.IsAssignableFrom(typeof(List<>).MakeGenericType(item)) ? nameof(Collections.ReadList)
            : nameof(Collections.ReadSet);
        return Expression.Call(typeof(Collections), method, [item], reader, Expression.Constant(Code(blocks.Element, item, $"{path}[]")), Expression.Constant(blocks.MinSize));
    }

    private static bool IsMutable(Type type) => type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(IList<>) || type.GetGenericTypeDefinition() == typeof(ICollection<>));

    private Expression ReadUnion(ResolvedUnion union, Type type, ParameterExpression reader, string path)
    {
        var index = Expression.Call(reader, nameof(AvroReader.ReadIndex), null, Expression.Constant(union.Branches.Length));
        if (union.Branches is [ResolvedValue { Writer.Kind: AvroKind.Null } or ResolvedBranch { Value: ResolvedValue { Writer.Kind: AvroKind.Null } }, var other])
        {
            return Expression.Condition(Expression.Equal(index, Expression.Constant(0)), Read(union.Branches[0], type, reader, path), Read(other, type, reader, path));
        }

        var unreachable = Expression.Throw(Expression.New(typeof(InvalidOperationException)), type);
        return union.Branches.Length == 0
            ? Expression.Block(index, unreachable)
            : Expression.Switch(
                index,
                unreachable,
                [.. union.Branches.Select((branch, number) => Expression.SwitchCase(Read(branch, type, reader, path), Expression.Constant(number)))]);
    }

    private Expression ReadRecord(ResolvedRecord record, Type type, ParameterExpression reader, string path)
    {
        var target = (EncoderCompiler.IsScalar(type) ? null : ClrTypes.TypeFor(record.Reader, type)) ?? throw Mismatch(record.Reader, type, path);
        var code = typeof(AvroDecoder<>).MakeGenericType(target);
        var slotType = typeof(Slot<>).MakeGenericType(code);
        if (!_records.TryGetValue((record, target), out var slot))
        {
            slot = _records[(record, target)] = Activator.CreateInstance(slotType)!;
            slotType.GetField(nameof(Slot<>.Code))!.SetValue(slot, RecordCode(record, target, path));
        }

        var read = Expression.Invoke(Expression.Field(Expression.Constant(slot, slotType), nameof(Slot<>.Code)), reader);
        return target == type ? read : Expression.Convert(read, type);
    }

    private Delegate RecordCode(ResolvedRecord record, Type type, string path)
    {
        var members = TypeMembers.Of(type);
        var reader = Expression.Parameter(typeof(AvroReader).MakeByRefType(), "reader");
        var variables = new Dictionary<TypeMember, ParameterExpression>();
        var steps = new List<Expression> { Expression.Call(reader, nameof(AvroReader.Enter), null) };
        foreach (var step in record.Steps)
        {
            var member = step.Value is null ? null : EncoderCompiler.MemberOf(members.All, record.Reader.Fields[step.Field].Name);
            steps.Add(member is null
                ? Expression.Call(typeof(AvroSkip), nameof(AvroSkip.Skip), null, reader, Expression.Constant(step.Written.Schema))
                : Expression.Assign(VariableOf(member), Read(step.Value!, member.Type, reader, $"{path}.{member.Property.Name}")));
        }

        foreach (var (field, value) in record.Absent)
        {
            if (EncoderCompiler.MemberOf(members.All, record.Reader.Fields[field].Name) is { } member)
            {
                steps.Add(Expression.Assign(VariableOf(member), Absent(record.Reader.Fields[field], value, member, path)));
            }
        }

        steps.Add(Expression.Call(reader, nameof(AvroReader.Leave), null));
        steps.Add(Make(members, variables, record.Reader, path));
        return Expression.Lambda(typeof(AvroDecoder<>).MakeGenericType(type), Expression.Block(variables.Values, steps), reader).Compile();

        ParameterExpression VariableOf(TypeMember member) => variables[member] = Expression.Variable(member.Type, member.Property.Name);
    }

    private Expression Absent(AvroField field, Resolved value, TypeMember member, string path)
    {
        var at = $"{path}.{member.Property.Name}";
        if (value is ResolvedFault fault)
        {
            return Expression.Throw(Expression.Call(Expression.Constant(fault), nameof(ResolvedFault.Exception), null), member.Type);
        }

        var made = Activator.CreateInstance(typeof(DefaultValue<>).MakeGenericType(member.Type), field.DefaultBytes, Code(value, member.Type, at))!;
        return Expression.Call(Expression.Constant(made), nameof(DefaultValue<>.Make), null);
    }

    private static Expression Make(TypeMembers members, Dictionary<TypeMember, ParameterExpression> variables, AvroSchema schema, string path)
    {
        if (members.All.FirstOrDefault(member => member.IsRequired && !variables.ContainsKey(member)) is { } missing)
        {
            throw new AvroSchemaException($"{path}.{missing.Property.Name}", $"{schema.Label} has no field for it, and it has no default. Add the field '{missing.Name}' to the schema, or give the member a default.");
        }

        var arguments = (members.Constructor?.GetParameters() ?? []).Select(parameter =>
            members.All.FirstOrDefault(member => member.Parameter == parameter) is { } member && variables.TryGetValue(member, out var variable)
                ? (Expression)variable
                : parameter.DefaultValue is null ? Expression.Default(parameter.ParameterType) : Expression.Convert(Expression.Constant(parameter.DefaultValue), parameter.ParameterType));
        var creation = members.Constructor is { } constructor ? Expression.New(constructor, arguments) : Expression.New(members.Type);
        var bindings = variables.Where(pair => pair.Key.Parameter is null).Select(pair => Expression.Bind(pair.Key.Property, pair.Value)).ToList();
        return bindings.Count == 0 ? creation : Expression.MemberInit(creation, bindings);
    }

    private static AvroSchemaException Mismatch(AvroSchema schema, Type type, string path) =>
        new(path, $"{schema.Label} cannot be a {type.Name}. Change the member's type or the schema.");
}
