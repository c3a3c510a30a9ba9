namespace Headrace;

/// <summary>What an alert says.</summary>
public enum DeadLetterAlertKind
{
    /// <summary>Dead letters wait, and there were none before.</summary>
    Raised,

    /// <summary>An hour later they still do.</summary>
    Reminder,

    /// <summary>All are redriven or discarded.</summary>
    Cleared,
}
