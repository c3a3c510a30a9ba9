namespace Headrace;

/// <summary>What became of a record that was handed out: settled, or to be handed out again later.</summary>
public readonly record struct Settlement
{
    private readonly TimeSpan _again;

    private Settlement(TimeSpan again) => _again = again;

    /// <summary>The record is handled, safely stored elsewhere, or skipped by policy: its offset may be committed.</summary>
    public static Settlement Settled => default;

    /// <summary>Whether the record is settled.</summary>
    public bool IsSettled => _again == TimeSpan.Zero;

    /// <summary>When it is not settled: how long its key waits before it is handed out again.</summary>
    public TimeSpan Delay => _again;

    /// <summary>The record stays unsettled; its key waits for <paramref name="delay"/> (at least 1 ms), its worker goes on with others.</summary>
    public static Settlement RetryAfter(TimeSpan delay) => new(delay < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : delay);
}
