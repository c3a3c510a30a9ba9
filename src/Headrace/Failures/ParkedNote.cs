namespace Headrace.Failures;

/// <summary>How it stands with a parked record, as it is written with it, and again whenever that changes.</summary>
/// <param name="State">What is waited for.</param>
/// <param name="Attempts">Tries that failed.</param>
/// <param name="Walked">Delays that it has waited for, this one included.</param>
/// <param name="DueAt">When it may be tried.</param>
/// <param name="FirstFailedAt">When it failed first; <see langword="null"/> when it has not.</param>
internal sealed record ParkedNote(ParkedState State, int Attempts, int Walked, DateTimeOffset DueAt, DateTimeOffset? FirstFailedAt)
{
    private const int LongestState = 20;
    private const int Most = 1_000_000;

    /// <summary>Waits behind others; nothing has failed.</summary>
    public static ParkedNote Behind { get; } = new(ParkedState.Waiting, 0, 0, DateTimeOffset.MinValue, null);

    /// <summary>A record that failed: it waits for its next delay, or is dead.</summary>
    public static ParkedNote After(FailureState failure, DateTimeOffset now) => new(
        failure.RetryAfter is null ? ParkedState.Dead : ParkedState.Waiting,
        failure.Attempts,
        failure.History.Walked + 1,
        now + (failure.RetryAfter ?? TimeSpan.Zero),
        failure.FirstFailedAt);

    /// <summary>Whether a record of a parking topic only says how it stands with another one.</summary>
    public static bool IsNote(Record record, RecordOrigin origin) => RecordOrigin.TextOf(record.Headers, DeadLetterHeaders.ParkedNote, origin.Headers, LongestState) is not null;

    /// <summary>What the headers say, as far as it is plausible.</summary>
    public static ParkedNote Read(Record record, RecordOrigin origin)
    {
        var (headers, own) = (record.Headers, origin.Headers);
        int Number(string name) => (int)Math.Min(RecordOrigin.NumberOf(headers, name, own) ?? 0, Most);
        return new(
            Enum.TryParse<ParkedState>(RecordOrigin.TextOf(headers, DeadLetterHeaders.Parked, own, LongestState), out var state) && Enum.IsDefined(state) ? state : ParkedState.Waiting,
            Number(DeadLetterHeaders.Attempts),
            Number(DeadLetterHeaders.Walked),
            RecordOrigin.TimeOf(headers, DeadLetterHeaders.DueAt, own) ?? DateTimeOffset.MinValue,
            RecordOrigin.TimeOf(headers, DeadLetterHeaders.FirstFailedAt, own));
    }
}
