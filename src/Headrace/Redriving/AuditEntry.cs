namespace Headrace.Redriving;

/// <summary>One line of the audit: who did what to which dead letters, when it began and how it ended.</summary>
internal sealed record AuditEntry
{
    public required string Run { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string By { get; init; }

    /// <summary><c>redriven</c> or <c>discarded</c>.</summary>
    public required string Action { get; init; }

    /// <summary><c>started</c>, <c>completed</c> or <c>stopped</c>.</summary>
    public required string Phase { get; init; }

    public required string Group { get; init; }

    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary><c>group</c> or <c>origin</c>; <see langword="null"/> for a discard.</summary>
    public string? Target { get; init; }

    public required string Filter { get; init; }

    public bool IsEdited { get; init; }

    public double? Rate { get; init; }

    public long? Most { get; init; }

    public long Matched { get; init; }

    public long Done { get; init; }

    public string? Error { get; init; }
}
