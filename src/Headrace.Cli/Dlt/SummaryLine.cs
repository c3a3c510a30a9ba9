namespace Headrace.Cli.Dlt;

/// <summary>One dead-letter topic.</summary>
internal sealed record SummaryLine(
    string Topic, string Origin, string Group, long Depth, DateTimeOffset? OldestAt, DateTimeOffset? NewestAt, IReadOnlyDictionary<string, long> ByException)
{
    public static SummaryLine Of(DeadLetterSummary summary) =>
        new(summary.Topic, summary.Origin, summary.Group, summary.Depth, summary.OldestAt, summary.NewestAt, summary.ByException.ToDictionary());
}
