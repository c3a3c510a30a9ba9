using System.Collections.Concurrent;

namespace Headrace.Pipeline;

/// <summary>Contexts between two messages. There are as many as records were ever in flight at once, and one for every thread that starts handlers.</summary>
internal sealed class ContextPool
{
    private readonly ConcurrentQueue<MessageContext> _idle = new();

    public MessageContext Rent() => _idle.TryDequeue(out var context) ? context : new();

    public void Return(MessageContext context)
    {
        context.Reset();
        _idle.Enqueue(context);
    }
}
