namespace Headrace.Failures;

/// <summary>What the records of a topic of ours are.</summary>
internal enum OwnTopicKind
{
    /// <summary>To be tried again when they are due.</summary>
    Retry,

    /// <summary>Dead letters that are to be handled after all.</summary>
    Redrive,

    /// <summary>Records that wait for another try, and those of their keys behind them.</summary>
    Parked,
}
