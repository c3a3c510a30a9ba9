namespace Headrace.Failures;

/// <summary>What is known of a record before it is handled here: where it was first, and what it has behind it. Anybody can write headers, so numbers are capped.</summary>
/// <param name="Origin">Where it was first.</param>
/// <param name="Topic">The topic of ours that it was read from; <see langword="null"/> at its origin.</param>
internal sealed record RecordHistory(RecordOrigin Origin, OwnTopic? Topic)
{
    private const int MostAttempts = 1_000_000;

    /// <summary>Tries that failed elsewhere.</summary>
    public int Attempts { get; init; }

    /// <summary>Retry topics that it was in, this one included.</summary>
    public int Walked { get; init; }

    public DateTimeOffset? FirstFailedAt { get; init; }

    /// <param name="record">The record.</param>
    /// <param name="topic">The topic of ours that it was read from; <see langword="null"/> at its origin.</param>
    /// <param name="policy">Whose retry topics it walks.</param>
    public static RecordHistory Of(Record record, OwnTopic? topic, FailurePolicy policy)
    {
        if (topic is null || RecordOrigin.OfCopy(record, topic.Origin) is not { } origin)
        {
            return new(RecordOrigin.Of(record), topic) { Walked = topic?.Kind == OwnTopicKind.Retry ? policy.RetryTopics.IndexOf(topic.Delay) + 1 : 0 };
        }

        // A redriven one begins anew: it was repaired, or what failed was.
        if (topic.Kind == OwnTopicKind.Parked)
        {
            return new RecordHistory(origin, topic).With(ParkedNote.Read(record, origin), policy);
        }

        var isRetried = topic.Kind == OwnTopicKind.Retry;
        var (headers, own) = (record.Headers, origin.Headers);
        var walked = RecordOrigin.NumberOf(headers, DeadLetterHeaders.Walked, own) ?? policy.RetryTopics.IndexOf(topic.Delay) + 1;
        return new(origin, topic)
        {
            Attempts = isRetried ? (int)Math.Min(RecordOrigin.NumberOf(headers, DeadLetterHeaders.Attempts, own) ?? 0, MostAttempts) : 0,
            Walked = isRetried ? (int)Math.Min(walked, policy.RetryTopics.Count) : 0,
            FirstFailedAt = isRetried ? RecordOrigin.TimeOf(headers, DeadLetterHeaders.FirstFailedAt, own) : null,
        };
    }

    /// <summary>The same for a parked record, as it stands with it.</summary>
    public RecordHistory With(ParkedNote note, FailurePolicy policy) => this with
    {
        Attempts = note.Attempts,
        Walked = Math.Min(note.Walked, policy.RetryTopics.Count),
        FirstFailedAt = note.FirstFailedAt,
    };

    /// <summary>When a record of a retry topic may be handled: as its header says, but never later than its delay from now, and without one that long after it was written.</summary>
    public static DateTimeOffset DueAt(Record record, OwnTopic topic, DateTimeOffset now)
    {
        var latest = now + topic.Delay;
        var said = RecordOrigin.OfCopy(record, topic.Origin) is { } origin ? RecordOrigin.TimeOf(record.Headers, DeadLetterHeaders.DueAt, origin.Headers) : null;
        var due = said ?? record.Timestamp + topic.Delay;
        return due < latest ? due : latest;
    }
}
