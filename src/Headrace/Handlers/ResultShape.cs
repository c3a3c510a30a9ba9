using System.Linq.Expressions;

namespace Headrace.Handlers;

/// <summary>What a return type means: what is awaited, and what the result is.</summary>
internal readonly record struct ResultShape(Type? Result, string? Conversion)
{
    public static ResultShape Of(Type returned)
    {
        if (returned == typeof(void) || returned == typeof(ValueTask))
        {
            return new(null, null);
        }

        if (returned.IsConstructedGenericType && returned.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            return new(returned.GetGenericArguments()[0], nameof(HandlerResults.KeepValueAsync));
        }

        for (var type = returned; type is not null; type = type.BaseType)
        {
            if (type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
            {
                return new(type.GetGenericArguments()[0], nameof(HandlerResults.KeepAsync));
            }
        }

        return typeof(Task).IsAssignableFrom(returned) ? new(null, nameof(HandlerResults.Await)) : new(returned, nameof(HandlerResults.Keep));
    }

    /// <summary>Makes of the call an expression of type <see cref="ValueTask"/>.</summary>
    public Expression Convert(Expression call, Expression context)
    {
        if (Conversion is null)
        {
            return call.Type == typeof(ValueTask) ? call : Expression.Block(call, Expression.Default(typeof(ValueTask)));
        }

        return Result is null
            ? Expression.Call(typeof(HandlerResults), Conversion, null, call)
            : Expression.Call(typeof(HandlerResults), Conversion, [Result], context, call);
    }
}
