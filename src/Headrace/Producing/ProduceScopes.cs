using System.Collections.Concurrent;

namespace Headrace.Producing;

/// <summary>The step that stands around every handler of a group whose application has producers.</summary>
internal sealed class ProduceScopes
{
    private readonly ConcurrentQueue<ProduceScope> _idle = new();

    // Spares a synchronous handler the queue.
    private ProduceScope? _next;

    /// <summary>The <see cref="MessageFilter"/>.</summary>
    public ValueTask FilterAsync(MessageContext context, MessageDelegate next)
    {
        var scope = Interlocked.Exchange(ref _next, null) ?? (_idle.TryDequeue(out var idle) ? idle : new());
        ValueTask running;
        try
        {
            running = scope.RunAsync(context, next);
        }
        catch (Exception error)
        {
            running = ValueTask.FromException(error);
        }

        if (!running.IsCompletedSuccessfully || context.IsOpen)
        {
            return FinishAsync(scope, context, running);
        }

        running.GetAwaiter().GetResult();
        var closing = scope.CloseAsync();
        if (!closing.IsCompletedSuccessfully)
        {
            return AwaitAsync(scope, closing, context.Cancellation);
        }

        closing.GetAwaiter().GetResult();
        Return(scope);
        return default;
    }

    private async ValueTask FinishAsync(ProduceScope scope, MessageContext context, ValueTask running)
    {
        // A scope whose handler threw is not used again: what it began may still be on its way.
        await running;
        await context.WhenSettledAsync();
        await AwaitAsync(scope, scope.CloseAsync(), context.Cancellation);
    }

    private async ValueTask AwaitAsync(ProduceScope scope, ValueTask closing, CancellationToken cancellation)
    {
        if (closing.IsCompleted)
        {
            await closing;
        }
        else
        {
            await closing.AsTask().WaitAsync(cancellation);
        }

        Return(scope);
    }

    private void Return(ProduceScope scope)
    {
        if (Interlocked.CompareExchange(ref _next, scope, null) is not null)
        {
            _idle.Enqueue(scope);
        }
    }
}
