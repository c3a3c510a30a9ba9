using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Text;

namespace Headrace.Handlers;

/// <summary>Reads a header as the type of a handler's parameter.</summary>
internal static class HeaderValues
{
    public static bool CanRead(Type type) => ReaderOf(type) is not null;

    /// <summary>The expression that reads the parameter's header; the caller has made sure that it <see cref="CanRead"/>.</summary>
    public static Expression Read(ParameterInfo parameter, string header, Expression context)
    {
        var fallback = parameter.HasDefaultValue && parameter.DefaultValue is not null
            ? Expression.Constant(parameter.DefaultValue, typeof(object))
            : Expression.Constant(null, typeof(object));
        var required = !parameter.HasDefaultValue && !IsNullable(parameter);
        var read = Expression.Call(ReaderOf(parameter.ParameterType)!, context, Expression.Constant(header), Expression.Constant(required), fallback);
        return Expression.Convert(read, parameter.ParameterType);
    }

    private static bool IsNullable(ParameterInfo parameter) =>
        Nullable.GetUnderlyingType(parameter.ParameterType) is not null
        || new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable;

    private static MethodInfo? ReaderOf(Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        var name = bare == typeof(string) ? nameof(ReadText)
            : bare == typeof(byte[]) ? nameof(ReadArray)
            : bare == typeof(ReadOnlyMemory<byte>) ? nameof(ReadBytes)
            : nameof(Parse);
        var method = typeof(HeaderValues).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;
        if (name != nameof(Parse))
        {
            return method;
        }

        var isParsable = bare.GetInterfaces().Any(candidate =>
            candidate.IsGenericType && candidate.GetGenericTypeDefinition() == typeof(IParsable<>) && candidate.GetGenericArguments()[0] == bare);
        return isParsable ? method.MakeGenericMethod(bare) : null;
    }

    private static object? ReadText(MessageContext context, string header, bool required, object? fallback) =>
        Find(context, header, required, out var value) ? Encoding.UTF8.GetString(value.Span) : fallback;

    private static object? ReadArray(MessageContext context, string header, bool required, object? fallback) =>
        Find(context, header, required, out var value) ? value.ToArray() : fallback;

    private static object? ReadBytes(MessageContext context, string header, bool required, object? fallback) =>
        Find(context, header, required, out var value) ? value : fallback;

    private static object? Parse<T>(MessageContext context, string header, bool required, object? fallback)
        where T : IParsable<T>
    {
        if (!Find(context, header, required, out var value))
        {
            return fallback;
        }

        if (T.TryParse(Encoding.UTF8.GetString(value.Span), CultureInfo.InvariantCulture, out var parsed))
        {
            return parsed;
        }

        // The value itself stays out of the text: it came from the wire and may be anything.
        return required
            ? throw new MessageFormatException($"The header '{header}' is not a {typeof(T).Name}, which the handler '{context.Handler}' takes it for.")
            : fallback;
    }

    private static bool Find(MessageContext context, string header, bool required, out ReadOnlyMemory<byte> value)
    {
        var headers = context.Record?.Headers ?? context.Headers;
        var found = headers.TryGetLast(header, out var last);
        value = last.Value;
        return found || !required ? found : throw new MessageFormatException($"The record has no header '{header}', which the handler '{context.Handler}' needs.");
    }
}
