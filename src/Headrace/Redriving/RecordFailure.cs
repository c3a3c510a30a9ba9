namespace Headrace;

/// <summary>Why a record was dead-lettered, as the headers of its dead letter say. Anybody who may write to the topic can write headers: texts are cut, and nothing here is proof of who did.</summary>
public sealed record RecordFailure
{
    /// <summary>Where the record was first.</summary>
    public required RecordPosition Origin { get; init; }

    /// <summary>The group that failed.</summary>
    public required string Group { get; init; }

    /// <summary>The handler that failed; <see langword="null"/> when none took the record.</summary>
    public string? Handler { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>How often it was redriven before this failure.</summary>
    public int Redrives { get; init; }

    /// <summary>When it failed first.</summary>
    public DateTimeOffset? FirstFailedAt { get; init; }

    /// <summary>When it failed last.</summary>
    public DateTimeOffset? LastFailedAt { get; init; }

    /// <summary>The full name of the exception's type, at most 500 characters.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>The exception's message, at most 4,000 characters; <see langword="null"/> where there was no room for it.</summary>
    public string? ExceptionMessage { get; init; }

    /// <summary>The exception with its stack, at most 16,000 characters; <see langword="null"/> where there was no room for it.</summary>
    public string? ExceptionStack { get; init; }
}
