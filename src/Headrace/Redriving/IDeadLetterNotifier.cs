namespace Headrace;

/// <summary>
/// Hears that dead letters wait: within seconds of the first, every hour while there are any, and once when there are none any more. Add it to the services. One process tells it for each
/// dead-letter topic, and restarts do not make it say anything again.
/// </summary>
public interface IDeadLetterNotifier
{
    /// <summary>Tells somebody. When it throws, it is asked again ten seconds later; then a notifier that did hear it hears it twice.</summary>
    Task NotifyAsync(DeadLetterAlert alert, CancellationToken cancellation);
}
