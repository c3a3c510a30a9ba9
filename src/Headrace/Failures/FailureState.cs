namespace Headrace.Failures;

/// <summary>What is remembered of a record between its tries, in <see cref="Record.State"/>. One worker at a time has it.</summary>
internal sealed class FailureState
{
    public FailureState(FailureSubject subject, Exception error, DateTimeOffset now, RecordHistory history)
    {
        (Subject, Error, History) = (subject, error, history);
        (FirstFailedAt, LastFailedAt, Attempts) = (history.FirstFailedAt ?? now, now, history.Attempts);
    }

    public RecordHistory History { get; }

    public FailureSubject Subject { get; private set; }

    public Exception Error { get; private set; }

    /// <summary>Tries that counted, all of them failed, wherever.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether it may be tried once more where it is. In a retry topic there is one try.</summary>
    public bool HasTryLeft => Attempts - History.Attempts < (History is { Topic.Kind: OwnTopicKind.Retry } or { Topic.Kind: OwnTopicKind.Parked, Walked: > 0 } ? 1 : Subject.Policy.Attempts);

    /// <summary>Waits that did not count as tries: Kafka was away.</summary>
    public int Waits { get; private set; }

    public DateTimeOffset FirstFailedAt { get; }

    public DateTimeOffset LastFailedAt { get; private set; }

    /// <summary>The tries are over here: what is left is to write it elsewhere.</summary>
    public bool IsOver { get; set; }

    /// <summary>The delay of the retry topic that it goes to; <see langword="null"/> for the dead-letter topic.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>Its dead letter is written; something else is still to be.</summary>
    public bool HasLetter { get; set; }

    /// <summary>How often that could not be written.</summary>
    public int FailedWrites { get; set; }

    public void AddAttempt(FailureSubject subject, Exception error, DateTimeOffset now)
    {
        (Subject, Error, LastFailedAt) = (subject, error, now);
        Attempts++;
        Waits = 0;
    }

    public void AddWait() => Waits++;
}
