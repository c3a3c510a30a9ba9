namespace Headrace.Failures;

/// <summary>How it stands with a parked record.</summary>
internal enum ParkedState
{
    /// <summary>It waits for those of its key before it, or until it is due.</summary>
    Waiting,

    /// <summary>It is dead-lettered, and neither redriven nor discarded: its key stands still.</summary>
    Dead,

    /// <summary>It was redriven or discarded.</summary>
    Settled,
}
