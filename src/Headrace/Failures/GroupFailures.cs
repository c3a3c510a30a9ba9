using Headrace.Topology;
using Microsoft.Extensions.Logging;

namespace Headrace.Failures;

/// <summary>Decides what becomes of records that failed in one group, and does it.</summary>
internal sealed class GroupFailures : IDisposable
{
    private const int MostShown = 300;
    private static readonly TimeSpan MaxOutageDelay = TimeSpan.FromSeconds(5);

    private readonly string _group;
    private readonly GroupCounters _counters;
    private readonly CopyWriter _copies;
    private readonly Func<string, OwnTopic?> _ownTopic;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Bursts<(string Line, string Message, string Exception)> _bursts;

    public GroupFailures(string group, OrderKept? orderKept, GroupSurroundings surroundings, GroupCounters counters)
    {
        (_group, _counters, _time) = (group, counters, surroundings.Time);
        (_copies, _ownTopic) = (new(group, surroundings), surroundings.FindOwnTopic);
        Order = orderKept is null ? null : new(group, orderKept, surroundings, _copies, counters);
        _logger = surroundings.Loggers.CreateLogger(FailureLog.Category);
        _bursts = new(surroundings.Time, (kind, more) =>
            FailureLog.Repeated(_logger, _group, more, Bursts<int>.Window.TotalSeconds, kind.Line, kind.Message, kind.Exception));
    }

    /// <summary>How the order of keys is kept; <see langword="null"/> in a group that does not.</summary>
    public OrderKeeping? Order { get; }

    /// <summary>
    /// Takes a record whose handling threw. It is settled, or comes again later, or the exception that this throws stops the group; an
    /// <see cref="OperationCanceledException"/> abandons it to its next owner.
    /// </summary>
    public ValueTask<Settlement> FailedAsync(Record record, FailureSubject subject, Exception error)
    {
        ThrowIfGivenUp(record, error);
        var now = _time.GetUtcNow();
        var state = record.State as FailureState ?? new(subject, error, now, HistoryOf(record, subject));
        record.State = state;
        _counters.AddFailed(Describe(error, subject, record));
        var action = subject.Policy.ActionFor(error);
        if (action == FailureAction.Retry && KafkaErrors.IsOutage(error))
        {
            return new(WaitForKafka(record, state, error));
        }

        state.AddAttempt(subject, error, now);
        return action switch
        {
            FailureAction.Skip => new(Skip(record, state)),
            FailureAction.Stop => throw Stop(record, state),
            FailureAction.Retry when state.HasTryLeft => new(Retry(record, state)),
            FailureAction.DeadLetter => LeaveAsync(record, state, retryAfter: null),
            _ => LeaveAsync(record, state, state.History.Topic?.Kind == OwnTopicKind.Redrive ? null : subject.Policy.RetryTopicAfter(state.History.Walked)),
        };
    }

    /// <summary>Tries that a record has behind it that was not handled here before.</summary>
    public int AttemptsOf(Record record, FailureSubject subject) => record.IsCopy ? HistoryOf(record, subject).Attempts : 0;

    /// <summary>Where a record was first.</summary>
    public RecordOrigin OriginOf(Record record, FailureSubject subject) => HistoryOf(record, subject).Origin;

    /// <summary>
    /// A handler threw for a batch, which does not tell for which of its records: none of them is charged with it. Says how long they wait until each is tried alone.
    /// </summary>
    public TimeSpan FailedTogether(IReadOnlyList<Record> records, FailureSubject subject, Exception error)
    {
        var delay = subject.Policy.DelayAfter(1, Chance());
        if (records.All(static record => !record.Cancellation.IsCancellationRequested))
        {
            _counters.AddFailed($"{NameOf(error)} of a batch at {records[0].Position}");
            if (_bursts.Allows(("failed batch", subject.Message, NameOf(error))))
            {
                FailureLog.BatchFailed(_logger, _group, records.Count, subject.Message, records[0].Position, NameOf(error), delay.TotalSeconds);
            }
        }

        return delay;
    }

    /// <summary>A record of such a batch. When its partition is the one that was lost, it is its next owner's.</summary>
    public static Settlement TryAlone(Record record, Exception error, TimeSpan delay)
    {
        ThrowIfGivenUp(record, error);
        return Settlement.RetryAfter(delay);
    }

    /// <summary>Goes on with a record whose tries are over and that could not be written elsewhere before.</summary>
    public ValueTask<Settlement> ResumeAsync(Record record, FailureState state) => LeaveAsync(record, state, state.RetryAfter);

    public void Dispose()
    {
        _bursts.Dispose();
        Order?.Dispose();
    }

    private Settlement Retry(Record record, FailureState state)
    {
        var policy = state.Subject.Policy;
        var delay = policy.DelayAfter(state.Attempts, Chance());
        _counters.AddRetried();
        if (Allows("retry", state))
        {
            FailureLog.WillRetry(_logger, _group, state.Subject.Message, record.Position, delay.TotalSeconds, state.Attempts, policy.Attempts, NameOf(state.Error));
        }

        return Settlement.RetryAfter(delay);
    }

    private Settlement WaitForKafka(Record record, FailureState state, Exception error)
    {
        state.AddWait();
        var delay = OutageDelay(state, state.Waits);
        _counters.AddRetried();
        if (Allows("unacknowledged result", state))
        {
            FailureLog.WaitsForKafka(_logger, _group, state.Subject.Message, record.Position, error.Message, delay.TotalSeconds);
        }

        return Settlement.RetryAfter(delay);
    }

    private Settlement Skip(Record record, FailureState state)
    {
        _counters.AddSkipped(state.Subject.Message);
        if (Allows("skip", state))
        {
            FailureLog.Skipped(_logger, _group, state.Subject.Message, record.Position, NameOf(state.Error));
        }

        return Settlement.Settled;
    }

    private GroupStoppedException Stop(Record record, FailureState state) => new(
        $"Group '{_group}' stopped at {record.Position}: {state.Subject.Message} failed with {NameOf(state.Error)}, for which its failure policy says stop. "
        + "The record is unsettled and comes first after a restart. Correct the cause, or change the policy.",
        record.Position,
        state.Error);

    private async ValueTask<Settlement> LeaveAsync(Record record, FailureState state, TimeSpan? retryAfter)
    {
        (state.IsOver, state.RetryAfter) = (true, retryAfter);
        try
        {
            return Order is { } order && record.HasKey && state.History.Topic?.Kind is null or OwnTopicKind.Parked
                ? await LeaveInOrderAsync(order, record, state)
                : await LeaveAsync(record, state);
        }
        catch (Exception error)
        {
            ThrowIfGivenUp(record, error);
            return WriteAgain(record, state, error);
        }
    }

    private async ValueTask<Settlement> LeaveAsync(Record record, FailureState state)
    {
        if (state.RetryAfter is { } delay)
        {
            await RetryLaterAsync(record, state, delay);
        }
        else
        {
            await DeadLetterAsync(record, state);
        }

        return Settlement.Settled;
    }

    // The dead letter first: whoever reads the parking topic next takes it for written.
    private async ValueTask<Settlement> LeaveInOrderAsync(OrderKeeping order, Record record, FailureState state)
    {
        if (state is { RetryAfter: null, HasLetter: false })
        {
            await DeadLetterAsync(record, state);
            state.HasLetter = true;
        }

        var settlement = record.IsCopy ? await order.StayAsync(record, state) : await order.ParkAsync(record, state) ?? Settlement.Settled;
        if (state.RetryAfter is not null && (record.IsCopy || settlement.IsSettled))
        {
            _counters.AddRetried();
        }

        return settlement;
    }

    private async ValueTask RetryLaterAsync(Record record, FailureState state, TimeSpan delay)
    {
        var copy = await _copies.WriteRetryAsync(record, state, delay, record.Cancellation);
        _counters.AddRetried();
        if (Allows("retry topic", state))
        {
            FailureLog.RetriesLater(_logger, _group, state.Subject.Message, record.Position, copy, OwnTopics.Format(delay), state.Attempts, NameOf(state.Error));
        }
    }

    private async ValueTask DeadLetterAsync(Record record, FailureState state)
    {
        var letter = await _copies.WriteDeadLetterAsync(record, state, record.Cancellation);
        _counters.AddDeadLettered();
        if (Allows("dead letter", state))
        {
            var seconds = (_time.GetUtcNow() - state.FirstFailedAt).TotalSeconds;
            FailureLog.DeadLettered(_logger, state.Error, _group, state.Subject.Message, record.Position, state.Attempts, seconds, NameOf(state.Error), letter);
        }
    }

    // Never settled and never given up: only the key waits, and its partition's watermark with it.
    private Settlement WriteAgain(Record record, FailureState state, Exception error)
    {
        state.FailedWrites++;
        var delay = OutageDelay(state, state.FailedWrites);
        var origin = record.IsCopy ? state.History.Topic!.Origin : record.Topic;
        var topic = Order is not null && (state.HasLetter || state.RetryAfter is not null) ? OwnTopics.Parked(origin, _group)
            : state.RetryAfter is { } later ? OwnTopics.Retry(origin, _group, later) : OwnTopics.DeadLetter(origin, _group);
        _counters.NoteError($"{topic} could not be written for {record.Position}: {error.Message}");
        if (error is ProduceException produce && KafkaErrors.IsTooLarge(produce))
        {
            FailureLog.DeadLetterTooLarge(_logger, _group, state.Subject.Message, record.Position, topic, delay.TotalSeconds);
        }
        else if (Allows("failed dead letter", state))
        {
            FailureLog.DeadLetterFailed(_logger, _group, state.Subject.Message, record.Position, topic, state.FailedWrites, error.Message, delay.TotalSeconds);
        }

        return Settlement.RetryAfter(delay);
    }

    // Whatever is thrown after the partition was lost or the deadline has passed: the record is its next owner's, with all its tries.
    private static void ThrowIfGivenUp(Record record, Exception error)
    {
        if (record.Cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException($"{record.Position} was given up to its next owner.", error, record.Cancellation);
        }
    }

    // Short, so that a group is soon back at work when Kafka is.
    private static TimeSpan OutageDelay(FailureState state, int waits)
    {
        var delay = state.Subject.Policy.DelayAfter(waits, Chance());
        return delay < MaxOutageDelay ? delay : MaxOutageDelay;
    }

    private RecordHistory HistoryOf(Record record, FailureSubject subject)
    {
        var history = RecordHistory.Of(record, record.IsCopy ? _ownTopic(record.Topic) : null, subject.Policy);
        return history.Topic?.Kind == OwnTopicKind.Parked && Order?.NoteOf(record, history.Origin) is { } note ? history.With(note, subject.Policy) : history;
    }

    private static string Describe(Exception error, FailureSubject subject, Record record)
    {
        var text = subject.Policy.TextOf(error) is { Length: > 0 } said ? $": {(said.Length <= MostShown ? said : said[..MostShown] + "…")}" : "";
        return $"{NameOf(error)} at {record.Position}{text}";
    }

    private bool Allows(string line, FailureState state) => _bursts.Allows((line, state.Subject.Message, NameOf(state.Error)));

    private static string NameOf(Exception error) => error.GetType().Name;

    // Spreads the tries of records that failed together; nothing secret hangs on it.
#pragma warning disable CA5394
    private static double Chance() => Random.Shared.NextDouble();
#pragma warning restore CA5394
}
