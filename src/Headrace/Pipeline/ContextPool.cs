using System.Collections.Concurrent;

namespace Headrace.Pipeline;

/// <summary>Contexts between two messages. There are as many as records were ever in flight at once.</summary>
internal sealed class ContextPool
{
    private readonly ConcurrentQueue<MessageContext> _idle = new();

    // Spares a synchronous handler the queue.
    private MessageContext? _next;

    public MessageContext Rent() => Interlocked.Exchange(ref _next, null) ?? (_idle.TryDequeue(out var context) ? context : new());

    public void Return(MessageContext context)
    {
        context.Reset();
        if (Interlocked.CompareExchange(ref _next, context, null) is not null)
        {
            _idle.Enqueue(context);
        }
    }
}
