namespace Headrace.Failures;

/// <summary>What failed: which handler of which message, and the policy in force for it. One for each handler, made at startup.</summary>
/// <param name="Handler">The handler's name; empty when no handler takes the record.</param>
/// <param name="Message">What the record is called in logs: its message type, "tombstone", or "record".</param>
/// <param name="Policy">What to do.</param>
internal sealed record FailureSubject(string Handler, string Message, FailurePolicy Policy);
