using Headrace.Topology;
using Microsoft.Extensions.Logging;

namespace Headrace.Failures;

/// <summary>Decides what becomes of records that failed in one group, and does it.</summary>
internal sealed class GroupFailures : IDisposable
{
    private static readonly TimeSpan MaxOutageDelay = TimeSpan.FromSeconds(5);

    private readonly string _group;
    private readonly GroupCounters _counters;
    private readonly DeadLetterWriter _deadLetters;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Bursts<(string Line, string Message, string Exception)> _bursts;

    public GroupFailures(string group, GroupSurroundings surroundings, GroupCounters counters)
    {
        (_group, _counters, _time) = (group, counters, surroundings.Time);
        _deadLetters = new(group, surroundings);
        _logger = surroundings.Loggers.CreateLogger(FailureLog.Category);
        _bursts = new(surroundings.Time, (kind, more) =>
            FailureLog.Repeated(_logger, _group, more, Bursts<int>.Window.TotalSeconds, kind.Line, kind.Message, kind.Exception));
    }

    /// <summary>
    /// Takes a record whose handling threw. It is settled, or comes again later, or the exception that this throws stops the group; an
    /// <see cref="OperationCanceledException"/> abandons it to its next owner.
    /// </summary>
    public ValueTask<Settlement> FailedAsync(Record record, FailureSubject subject, Exception error)
    {
        ThrowIfGivenUp(record, error);
        var now = _time.GetUtcNow();
        var state = record.State as FailureState ?? new(subject, error, now);
        record.State = state;
        _counters.AddFailed($"{NameOf(error)} at {record.Position}");
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
            FailureAction.Retry when state.Attempts < subject.Policy.Attempts => new(Retry(record, state)),
            _ => DeadLetterAsync(record, state),
        };
    }

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

    /// <summary>Goes on with a record whose tries are over and whose dead letter could not be written before.</summary>
    public ValueTask<Settlement> ResumeAsync(Record record, FailureState state) => DeadLetterAsync(record, state);

    public void Dispose() => _bursts.Dispose();

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

    private async ValueTask<Settlement> DeadLetterAsync(Record record, FailureState state)
    {
        state.IsOver = true;
        try
        {
            var letter = await _deadLetters.WriteAsync(record, state, record.Cancellation);
            _counters.AddDeadLettered();
            if (Allows("dead letter", state))
            {
                var seconds = (_time.GetUtcNow() - state.FirstFailedAt).TotalSeconds;
                FailureLog.DeadLettered(_logger, state.Error, _group, state.Subject.Message, record.Position, state.Attempts, seconds, NameOf(state.Error), letter);
            }

            return Settlement.Settled;
        }
        catch (Exception error)
        {
            ThrowIfGivenUp(record, error);
            return WriteAgain(record, state, error);
        }
    }

    // Never settled and never given up: only the key waits, and its partition's watermark with it.
    private Settlement WriteAgain(Record record, FailureState state, Exception error)
    {
        state.FailedWrites++;
        var delay = OutageDelay(state, state.FailedWrites);
        var topic = OwnTopics.DeadLetter(record.Topic, _group);
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

    private bool Allows(string line, FailureState state) => _bursts.Allows((line, state.Subject.Message, NameOf(state.Error)));

    private static string NameOf(Exception error) => error.GetType().Name;

    // Spreads the tries of records that failed together; nothing secret hangs on it.
#pragma warning disable CA5394
    private static double Chance() => Random.Shared.NextDouble();
#pragma warning restore CA5394
}
