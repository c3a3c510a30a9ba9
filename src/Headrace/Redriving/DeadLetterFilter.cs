namespace Headrace;

/// <summary>Which dead letters of a group are meant: those for which everything that is set holds. Nothing set: all that are not resolved.</summary>
public sealed record DeadLetterFilter
{
    /// <summary>Of this origin topic.</summary>
    public string? Topic { get; init; }

    /// <summary>This one, by its place in the dead-letter topic.</summary>
    public RecordPosition? Position { get; init; }

    /// <summary>With this exception: the type's full name, or its last part.</summary>
    public string? Exception { get; init; }

    /// <summary>Of this handler.</summary>
    public string? Handler { get; init; }

    /// <summary>Of this key.</summary>
    public RecordKey? Key { get; init; }

    /// <summary>With these headers; the last of a name counts. <see langword="null"/> for a value: whatever it is.</summary>
    public IReadOnlyDictionary<string, string?> Headers { get; init; } = new Dictionary<string, string?>();

    /// <summary>That failed then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>That failed before.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whether resolved ones are shown too. They are never redriven again.</summary>
    public bool IncludesResolved { get; init; }

    /// <summary>What is set, on one line.</summary>
    public override string ToString()
    {
        IEnumerable<(string Name, object? Value)> all =
        [
            ("topic", Topic), ("position", Position), ("exception", Exception), ("handler", Handler), ("key", Key),
            .. Headers.Select(static header => ($"header {header.Key}", (object?)(header.Value ?? "*"))),
            ("from", From?.ToString("O")), ("until", Until?.ToString("O")),
        ];
        var said = string.Join(", ", all.Where(static one => one.Value is not null).Select(static one => $"{one.Name} = {one.Value}"));
        return said.Length == 0 ? "all" : said;
    }

    internal bool Matches(DeadLetter letter)
    {
        var failure = letter.Failure;
        var at = failure.LastFailedAt ?? letter.At;
        return (IncludesResolved || !letter.IsResolved)
            && (Position is null || Position == letter.Position)
            && (Exception is null || IsType(failure.ExceptionType, Exception))
            && (Handler is null || Handler == failure.Handler)
            && (Key is null || Key == letter.Key)
            && (From is null || at >= From)
            && (Until is null || at < Until)
            && Headers.All(header => letter.Headers.TryGetLast(header.Key, out var found) && (header.Value is null || found.Text == header.Value));
    }

    private static bool IsType(string? type, string wanted) =>
        type is not null && (type == wanted || (type.EndsWith(wanted, StringComparison.Ordinal) && type[^(wanted.Length + 1)] is '.' or '+'));
}
