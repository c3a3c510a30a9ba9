namespace Headrace.Handlers;

/// <summary>Turns whatever a handler returns into one awaitable, with the result in the context.</summary>
internal static class HandlerResults
{
    public static ValueTask Await(Task task) => new(task);

    public static ValueTask Keep<T>(MessageContext context, T result)
    {
        context.Result = result;
        return default;
    }

    public static async ValueTask KeepAsync<T>(MessageContext context, Task<T> result) => context.Result = await result;

    public static ValueTask KeepValueAsync<T>(MessageContext context, ValueTask<T> result)
    {
        if (!result.IsCompletedSuccessfully)
        {
            return KeepAsync(context, result.AsTask());
        }

        context.Result = result.Result;
        return default;
    }
}
