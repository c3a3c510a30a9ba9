namespace Headrace.Topology;

/// <summary>What a failure of some type leads to.</summary>
internal enum FailureAction
{
    Retry,
    DeadLetter,
    Skip,
    Stop,
}
