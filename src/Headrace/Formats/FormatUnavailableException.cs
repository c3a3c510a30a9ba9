namespace Headrace;

/// <summary>
/// A format cannot read or write now, because something it needs is away: a schema registry, for one. It would be so for every record, so none is
/// dead-lettered for it: the record waits, without end and without a counted try.
/// </summary>
public sealed class FormatUnavailableException : Exception
{
    /// <summary>Says what is away.</summary>
    /// <param name="message">What happened, why, what to do.</param>
    /// <param name="arrival">Ends when trying again may succeed; <see langword="null"/> when nobody can say.</param>
    /// <param name="inner">The cause.</param>
    public FormatUnavailableException(string message, Task? arrival = null, Exception? inner = null)
        : base(message, inner) => Arrival = arrival;

    /// <summary>Ends when trying again may succeed.</summary>
    public Task? Arrival { get; }
}
