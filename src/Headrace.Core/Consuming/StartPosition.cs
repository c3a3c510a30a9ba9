namespace Headrace;

/// <summary>Where a group begins in a partition for which it has no committed offset.</summary>
public readonly record struct StartPosition
{
    private StartPosition(bool latest, DateTimeOffset? time) => (IsLatest, Time) = (latest, time);

    /// <summary>At the oldest record that is still there. The default.</summary>
    public static StartPosition Earliest => default;

    /// <summary>After the newest record.</summary>
    public static StartPosition Latest => new(true, null);

    /// <summary>Whether to begin after the newest record.</summary>
    public bool IsLatest { get; }

    /// <summary>The time to begin at, when one was given.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>At the first record whose timestamp is not before <paramref name="time"/>; after the newest when there is none.</summary>
    public static StartPosition At(DateTimeOffset time) => new(false, time);

    /// <inheritdoc />
    public override string ToString() => Time is { } time ? $"at {time:O}" : IsLatest ? "latest" : "earliest";
}
