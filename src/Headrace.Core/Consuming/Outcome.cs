namespace Headrace.Consuming;

/// <summary>What became of a record that was handed to a worker.</summary>
internal enum Outcome
{
    /// <summary>Not handed out, or still with its worker.</summary>
    None,

    /// <summary>Settled: the watermark may pass it.</summary>
    Settled,

    /// <summary>To be handed out again after a delay.</summary>
    Retry,

    /// <summary>Not started: the worker was told to hand back what it had not begun.</summary>
    HandedBack,

    /// <summary>Started and given up after its cancellation fired; its next owner gets it.</summary>
    Abandoned,

    /// <summary>Its handler threw: the consumer faults.</summary>
    Failed,
}
