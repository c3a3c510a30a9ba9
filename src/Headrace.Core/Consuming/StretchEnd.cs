namespace Headrace.Consuming;

/// <summary>How a worker ended a stretch.</summary>
internal enum StretchEnd
{
    /// <summary>The record was not begun.</summary>
    Before,

    /// <summary>Its handler has ended, and it is not settled: its outcome says what is to be done.</summary>
    Unsettled,

    /// <summary>Its handler awaits; its report comes later.</summary>
    Awaiting,
}
