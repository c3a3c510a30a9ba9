namespace Headrace.Cli.Dlt;

/// <summary>One dead letter. Payloads are shown only when they are asked for.</summary>
internal sealed record LetterLine(
    string At,
    string Key,
    string Origin,
    string? Handler,
    int Attempts,
    int Redrives,
    DateTimeOffset FailedAt,
    string? Exception,
    string? Message,
    bool IsResolved,
    IReadOnlyDictionary<string, string>? Headers,
    string? Value)
{
    public static LetterLine Of(DeadLetter letter, bool withValue) => new(
        letter.Position.ToString(),
        letter.Key.ToString(),
        letter.Failure.Origin.ToString(),
        letter.Failure.Handler,
        letter.Failure.Attempts,
        letter.Failure.Redrives,
        letter.Failure.LastFailedAt ?? letter.At,
        letter.Failure.ExceptionType,
        letter.Failure.ExceptionMessage,
        letter.IsResolved,
        withValue ? letter.Headers.GroupBy(static header => header.Name).ToDictionary(static same => same.Key, static same => same.Last().Text) : null,
        withValue ? letter.Value is { } value ? System.Text.Encoding.UTF8.GetString(value.Span) : "(tombstone)" : null);
}
