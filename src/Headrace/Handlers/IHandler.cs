namespace Headrace;

/// <summary>Handles messages of one type. Of the lifetime it is registered with; made for each message, in its scope, when it is not registered.</summary>
public interface IHandler<in TMessage>
{
    /// <summary>Handles one message. The record is settled when the task completes; an exception meets the failure policy.</summary>
    /// <param name="message">The message.</param>
    /// <param name="context">Where it came from; valid until the task completes.</param>
    /// <param name="cancellation">Fires when the partition is lost or the shutdown deadline passes: what is done afterwards is done again by the next owner.</param>
    Task HandleAsync(TMessage message, MessageContext context, CancellationToken cancellation);
}
