using System.Collections.Concurrent;

namespace Headrace.Producing;

/// <summary>The step that stands around every handler of a group whose application has producers.</summary>
/// <param name="transactional">Whose records the group's transactions produce; <see langword="null"/> where it has none.</param>
internal sealed class ProduceScopes(ClusterProducer? transactional = null)
{
    private readonly ConcurrentQueue<ProduceScope> _idle = new();

    // Spares a synchronous handler the queue.
    private ProduceScope? _next;

    /// <summary>The <see cref="MessageFilter"/>.</summary>
    public ValueTask FilterAsync(MessageContext context, MessageDelegate next)
    {
        var scope = Interlocked.Exchange(ref _next, null) ?? (_idle.TryDequeue(out var idle) ? idle : new() { Transactional = transactional });
        ValueTask running;
        try
        {
            running = scope.RunAsync(context, next);
        }
        catch (Exception error)
        {
            running = ValueTask.FromException(error);
        }

        if (running.IsFaulted)
        {
            // The scope is not used again: what the handler began may still be on its way.
            return running;
        }

        if (!running.IsCompletedSuccessfully || context.IsOpen)
        {
            return FinishAsync(scope, context, running);
        }

        running.GetAwaiter().GetResult();
        var closing = scope.CloseAsync();
        if (!closing.IsCompletedSuccessfully)
        {
            return AwaitAsync(scope, context, closing);
        }

        closing.GetAwaiter().GetResult();
        End(scope, context);
        return default;
    }

    private async ValueTask FinishAsync(ProduceScope scope, MessageContext context, ValueTask running)
    {
        // Nor is it when the handler throws later.
        await running;
        await context.WhenSettledAsync();
        await AwaitAsync(scope, context, scope.CloseAsync());
    }

    private async ValueTask AwaitAsync(ProduceScope scope, MessageContext context, ValueTask closing)
    {
        if (closing.IsCompleted)
        {
            await closing;
        }
        else
        {
            await closing.AsTask().WaitAsync(context.Cancellation);
        }

        End(scope, context);
    }

    private void End(ProduceScope scope, MessageContext context)
    {
        if (transactional is not null && context.Record is { } record)
        {
            record.Outputs = scope.TakeOutputs();
        }

        if (Interlocked.CompareExchange(ref _next, scope, null) is not null)
        {
            _idle.Enqueue(scope);
        }
    }
}
