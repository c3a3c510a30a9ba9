namespace Headrace;

/// <summary>What a comparison says of one subject.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Change">What has become of its schema.</param>
/// <param name="Mode">The mode that it was judged by.</param>
/// <param name="Faults">What the mode finds wrong.</param>
/// <param name="Findings">What the lint finds: stricter than any mode, each finding says what to do.</param>
public sealed record SchemaVerdict(string Subject, SchemaChange Change, SchemaCompatibility Mode, IReadOnlyList<SchemaFault> Faults, IReadOnlyList<SchemaFault> Findings);
