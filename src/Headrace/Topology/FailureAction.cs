namespace Headrace;

/// <summary>What a failure of some type leads to.</summary>
public enum FailureAction
{
    /// <summary>Tries in place, then in the retry topics, then the dead-letter topic.</summary>
    Retry,

    /// <summary>The next retry topic at once, without another try in place.</summary>
    RetryLater,

    /// <summary>The dead-letter topic at once.</summary>
    DeadLetter,

    /// <summary>The record is settled unhandled: counted, warned about, and gone for this group.</summary>
    Skip,

    /// <summary>The group stops with the record unsettled.</summary>
    Stop,
}
