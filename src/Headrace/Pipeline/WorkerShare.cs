using Headrace.Failures;

namespace Headrace.Pipeline;

/// <summary>What belongs to one thread that starts handlers: where they are synchronous, threads then share nothing that they write.</summary>
internal sealed class WorkerShare(HandledTally handled)
{
    private MessageContext? _spare;

    public HandledTally Handled { get; } = handled;

    /// <summary>The context of the last synchronous handler.</summary>
    public MessageContext? TakeSpare()
    {
        (var context, _spare) = (_spare, null);
        return context;
    }

    public void Return(MessageContext context)
    {
        context.Reset();
        _spare = context;
    }
}
