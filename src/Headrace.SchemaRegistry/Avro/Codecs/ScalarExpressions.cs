using System.Linq.Expressions;
using System.Reflection;

namespace Headrace.Avro;

/// <summary>The calls that read and write single values; <see langword="null"/> where a type and a schema do not go together.</summary>
internal static class ScalarExpressions
{
    private static readonly HashSet<Type> Whole = [typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong)];

    public static Expression? Read(ResolvedValue value, Type type, Expression reader)
    {
        var (kind, meaning) = (value.Writer.Kind, value.Meaning);
        return kind switch
        {
            AvroKind.Boolean => type == typeof(bool) ? Expression.Call(reader, nameof(AvroReader.ReadBoolean), null) : null,
            AvroKind.Int or AvroKind.Long => ReadNumber(value, type, Expression.Call(reader, kind == AvroKind.Int ? nameof(AvroReader.ReadInt) : nameof(AvroReader.ReadLong), null)),
            AvroKind.Float or AvroKind.Double => type == typeof(double) || (type == typeof(float) && value.Reader.Kind == AvroKind.Float)
                ? As(Expression.Call(reader, kind == AvroKind.Float ? nameof(AvroReader.ReadFloat) : nameof(AvroReader.ReadDouble), null), type)
                : null,
            AvroKind.Bytes or AvroKind.String => ReadText(meaning, type, reader),
            AvroKind.Fixed => ReadFixed(meaning, type, reader),
            _ => null,
        };
    }

    public static Expression? Write(AvroSchema schema, Expression value, Expression writer) => schema.Kind switch
    {
        AvroKind.Boolean when value.Type == typeof(bool) => Call(writer, nameof(AvroWriter.WriteBoolean), value),
        AvroKind.Int or AvroKind.Long => WriteNumber(schema, value, writer),
        AvroKind.Float when value.Type == typeof(float) => Call(writer, nameof(AvroWriter.WriteFloat), value),
        AvroKind.Double when value.Type == typeof(double) || value.Type == typeof(float) => Call(writer, nameof(AvroWriter.WriteDouble), As(value, typeof(double))),
        AvroKind.String when value.Type == typeof(string) => Call(writer, nameof(AvroWriter.WriteString), value),
        AvroKind.String when value.Type == typeof(Guid) => Static(typeof(AvroTime), nameof(AvroTime.WriteUuid), writer, value),
        AvroKind.Bytes when value.Type == typeof(byte[]) => Static(typeof(Scalars), nameof(Scalars.WriteBytes), writer, value),
        AvroKind.Bytes when value.Type == typeof(ReadOnlyMemory<byte>) => Static(typeof(Scalars), nameof(Scalars.WriteMemory), writer, value),
        AvroKind.Bytes when value.Type == typeof(decimal) && schema.Logical == AvroLogical.Decimal =>
            Static(typeof(AvroDecimal), nameof(AvroDecimal.Write), writer, value, Number(schema.Precision), Number(schema.Scale)),
        AvroKind.Fixed => WriteFixed(schema, value, writer),
        _ => null,
    };

    private static Expression? ReadNumber(ResolvedValue value, Type type, Expression number)
    {
        var logical = value.Meaning.Logical;
        var unit = Expression.Constant(logical);
        if (type == typeof(DateOnly))
        {
            return logical == AvroLogical.Date ? Static(typeof(AvroTime), nameof(AvroTime.Date), As(number, typeof(int))) : null;
        }

        if (type == typeof(TimeOnly) || type == typeof(TimeSpan))
        {
            return IsTime(logical) ? Static(typeof(AvroTime), type == typeof(TimeOnly) ? nameof(AvroTime.Time) : nameof(AvroTime.Span), As(number, typeof(long)), unit) : null;
        }

        if (type == typeof(DateTimeOffset) || type == typeof(DateTime))
        {
            return IsTimestamp(logical) && (type == typeof(DateTime) || !IsLocal(logical))
                ? Static(typeof(AvroTime), type == typeof(DateTime) ? nameof(AvroTime.DateAndTime) : nameof(AvroTime.Timestamp), As(number, typeof(long)), unit)
                : null;
        }

        return Whole.Contains(type) && value.Reader.Kind is AvroKind.Int or AvroKind.Long ? As(number, type)
            : type == typeof(double) || type == typeof(decimal) || (type == typeof(float) && value.Reader.Kind == AvroKind.Float) ? As(number, type)
            : null;
    }

    private static MethodCallExpression? ReadText(AvroSchema meaning, Type type, Expression reader) =>
        type == typeof(string) ? Expression.Call(reader, nameof(AvroReader.ReadString), null)
        : type == typeof(byte[]) ? Expression.Call(reader, nameof(AvroReader.ReadBytes), null)
        : type == typeof(ReadOnlyMemory<byte>) ? Static(typeof(Scalars), nameof(Scalars.ReadMemory), reader)
        : type == typeof(Guid) ? Static(typeof(AvroTime), nameof(AvroTime.ReadUuid), reader)
        : type == typeof(decimal) && meaning.Logical == AvroLogical.Decimal ? Static(typeof(AvroDecimal), nameof(AvroDecimal.Read), reader, Number(meaning.Scale))
        : null;

    private static MethodCallExpression? ReadFixed(AvroSchema meaning, Type type, Expression reader) =>
        type == typeof(byte[]) ? Expression.Call(reader, nameof(AvroReader.ReadFixed), null, Number(meaning.Size))
        : type == typeof(Guid) && meaning.Size == 16 ? Static(typeof(AvroTime), nameof(AvroTime.ReadUuidFixed), reader)
        : type == typeof(TimeSpan) && meaning.Logical == AvroLogical.Duration ? Static(typeof(AvroTime), nameof(AvroTime.ReadDuration), reader)
        : type == typeof(decimal) && meaning.Logical == AvroLogical.Decimal ? Static(typeof(AvroDecimal), nameof(AvroDecimal.ReadFixed), reader, Number(meaning.Size), Number(meaning.Scale))
        : null;

    private static MethodCallExpression? WriteNumber(AvroSchema schema, Expression value, Expression writer)
    {
        var unit = Expression.Constant(schema.Logical);
        if (value.Type == typeof(DateOnly))
        {
            return schema.Logical == AvroLogical.Date ? Call(writer, nameof(AvroWriter.WriteInt), Static(typeof(AvroTime), nameof(AvroTime.DaysOf), value)) : null;
        }

        if (value.Type == typeof(TimeOnly) || value.Type == typeof(TimeSpan))
        {
            return IsTime(schema.Logical) ? Call(writer, nameof(AvroWriter.WriteLong), Static(typeof(AvroTime), nameof(AvroTime.UnitsOf), value, unit)) : null;
        }

        if (value.Type == typeof(DateTimeOffset) || value.Type == typeof(DateTime))
        {
            return IsTimestamp(schema.Logical) && (value.Type == typeof(DateTime) || !IsLocal(schema.Logical))
                ? Call(writer, nameof(AvroWriter.WriteLong), Static(typeof(AvroTime), nameof(AvroTime.UnitsOf), value, unit))
                : null;
        }

        return !Whole.Contains(value.Type) ? null
            : schema.Kind == AvroKind.Int ? Call(writer, nameof(AvroWriter.WriteInt), As(value, typeof(int)))
            : Call(writer, nameof(AvroWriter.WriteLong), As(value, typeof(long)));
    }

    private static MethodCallExpression? WriteFixed(AvroSchema schema, Expression value, Expression writer) =>
        value.Type == typeof(byte[]) ? Static(typeof(Scalars), nameof(Scalars.WriteFixed), writer, value, Number(schema.Size))
        : value.Type == typeof(Guid) && schema.Size == 16 ? Static(typeof(AvroTime), nameof(AvroTime.WriteUuidFixed), writer, value)
        : value.Type == typeof(TimeSpan) && schema.Logical == AvroLogical.Duration ? Static(typeof(AvroTime), nameof(AvroTime.WriteDuration), writer, value)
        : value.Type == typeof(decimal) && schema.Logical == AvroLogical.Decimal
            ? Static(typeof(AvroDecimal), nameof(AvroDecimal.WriteFixed), writer, value, Number(schema.Precision), Number(schema.Scale), Number(schema.Size))
        : null;

    // Checked: a number that does not fit is an error, never another number.
    private static Expression As(Expression value, Type type) => value.Type == type ? value : Expression.ConvertChecked(value, type);

    private static ConstantExpression Number(int number) => Expression.Constant(number);

    private static bool IsTime(AvroLogical logical) => logical is AvroLogical.TimeMillis or AvroLogical.TimeMicros;

    private static bool IsTimestamp(AvroLogical logical) => logical is >= AvroLogical.TimestampMillis and <= AvroLogical.LocalTimestampNanos;

    private static bool IsLocal(AvroLogical logical) => logical is >= AvroLogical.LocalTimestampMillis and <= AvroLogical.LocalTimestampNanos;

    private static MethodCallExpression Call(Expression target, string method, Expression argument) =>
        Expression.Call(target, target.Type.GetMethod(method, [argument.Type])!, argument);

    private static MethodCallExpression Static(Type type, string method, params Expression[] arguments)
    {
        var found = type.GetMethods(BindingFlags.Public | BindingFlags.Static).Single(candidate => candidate.Name == method && Takes(candidate, arguments));
        return Expression.Call(found, arguments);
    }

    private static bool Takes(MethodInfo method, Expression[] arguments) => method.GetParameters() is var parameters
        && parameters.Length == arguments.Length
        && parameters.Zip(arguments).All(pair => (pair.First.ParameterType.IsByRef ? pair.First.ParameterType.GetElementType() : pair.First.ParameterType) == pair.Second.Type);
}
