namespace Headrace.Cli.Dlt;

/// <summary>What a redrive or a discard did, or would do.</summary>
internal sealed record ResolveLine(string Id, bool IsDryRun, long Matched, long Done, IReadOnlyDictionary<string, long> ByException);
