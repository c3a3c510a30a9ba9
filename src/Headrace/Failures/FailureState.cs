namespace Headrace.Failures;

/// <summary>What is remembered of a record between its tries, in <see cref="Record.State"/>. One worker at a time has it.</summary>
internal sealed class FailureState
{
    public FailureState(FailureSubject subject, Exception error, DateTimeOffset now)
    {
        (Subject, Error) = (subject, error);
        FirstFailedAt = LastFailedAt = now;
    }

    public FailureSubject Subject { get; private set; }

    public Exception Error { get; private set; }

    /// <summary>Tries that counted, all of them failed.</summary>
    public int Attempts { get; private set; }

    /// <summary>Waits that did not count as tries: Kafka was away.</summary>
    public int Waits { get; private set; }

    public DateTimeOffset FirstFailedAt { get; }

    public DateTimeOffset LastFailedAt { get; private set; }

    /// <summary>The tries are over: what is left is to write the dead letter.</summary>
    public bool IsOver { get; set; }

    /// <summary>How often the dead letter could not be written.</summary>
    public int FailedWrites { get; set; }

    public void AddAttempt(FailureSubject subject, Exception error, DateTimeOffset now)
    {
        (Subject, Error, LastFailedAt) = (subject, error, now);
        Attempts++;
        Waits = 0;
    }

    public void AddWait() => Waits++;
}
