namespace Headrace;

/// <summary>What waits in one dead-letter topic.</summary>
public sealed record DeadLetterSummary
{
    /// <summary>The dead-letter topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The topic its records came from.</summary>
    public required string Origin { get; init; }

    /// <summary>The group that failed.</summary>
    public required string Group { get; init; }

    /// <summary>Dead letters that were neither redriven nor discarded, each counted once.</summary>
    public required long Depth { get; init; }

    /// <summary>When the oldest of them failed; <see langword="null"/> when there is none.</summary>
    public DateTimeOffset? OldestAt { get; init; }

    /// <summary>When the newest of them failed; <see langword="null"/> when there is none.</summary>
    public DateTimeOffset? NewestAt { get; init; }

    /// <summary>How many of them there are by the name of the exception's type, the most frequent first; at most 20 names, the rest as <c>(others)</c>.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> ByException { get; init; }
}
