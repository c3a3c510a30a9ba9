using Headrace.Topology;
using Microsoft.Extensions.Logging;

namespace Headrace.Failures;

/// <summary>
/// Keeps the order of the keys of one group across failures. A key stands still while a record of it is parked and not settled; only its first parked record is handled. What is parked is
/// known from the parking topic alone, which the partition's owner reads before it begins the partition.
/// </summary>
internal sealed class OrderKeeping : IDisposable
{
    // A key that is dead is woken when it is redriven or discarded.
    private static readonly TimeSpan Long = TimeSpan.FromDays(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly object IsSettledInPlace = new();
    private static readonly object WasParked = new();

    private readonly string _group;
    private readonly OrderKept _limits;
    private readonly ParkedPartitions _partitions;
    private readonly GroupSurroundings _surroundings;
    private readonly CopyWriter _copies;
    private readonly GroupCounters _counters;
    private readonly ILogger _logger;
    private readonly Bursts<(string Line, string Topic)> _bursts;

    public OrderKeeping(string group, OrderKept limits, GroupSurroundings surroundings, CopyWriter copies, GroupCounters counters)
    {
        (_group, _limits, _surroundings, _copies, _counters) = (group, limits, surroundings, copies, counters);
        _partitions = surroundings.Parked;
        _logger = surroundings.Loggers.CreateLogger(FailureLog.Category);
        _bursts = new(surroundings.Time, (kind, more) => FailureLog.Repeated(_logger, _group, more, Bursts<int>.Window.TotalSeconds, kind.Line, kind.Topic, ""));
    }

    /// <summary>Whether a copy only says something about a parked record. A group that keeps the order no longer may still have such.</summary>
    public static bool IsOnlyAbout(Record copy) => copy.Headers is { Count: > 0 } headers
        && (RecordOrigin.TextOf(headers, RedriveHeaders.Action, headers.Count - 1, RedriveHeaders.Discard.Length) == RedriveHeaders.Discard
            || (copy.IsTombstone && headers.TryGetLast(DeadLetterHeaders.ParkedNote, out _)));

    /// <summary>Whether a record is not to be handled now, and what happens to it instead.</summary>
    public bool Stops(Record record, out ValueTask<Settlement> instead)
    {
        instead = default;
        if (!record.HasKey)
        {
            return false;
        }

        if (!record.IsCopy)
        {
            return StopsBehind(record, out instead);
        }

        var topic = _surroundings.FindOwnTopic(record.Topic)!;
        if (topic.Kind == OwnTopicKind.Retry || RecordOrigin.OfCopy(record, topic.Origin) is not { } origin)
        {
            return false;
        }

        var keys = _partitions.Of(topic.Origin, record.Partition);
        return topic.Kind == OwnTopicKind.Parked ? StopsParked(record, origin, keys, out instead) : StopsRedriven(record, origin, keys, out instead);
    }

    /// <summary>Parks a record that failed; afterwards it is settled where it was. <see langword="null"/> when there is room for no more.</summary>
    public async ValueTask<Settlement?> ParkAsync(Record record, FailureState failure)
    {
        var keys = _partitions.Of(record.Topic, record.Partition);
        if (keys.TryPark(record.CopyKey(), ParkedId.Of(record), _limits.AtMost) == ParkVerdict.Full)
        {
            return Full(record);
        }

        var note = await _copies.ParkAsync(record, failure, record.Cancellation);
        keys.Note(record.CopyKey(), ParkedId.Of(record), note);
        return null;
    }

    /// <summary>A parked record failed again: it stays in front of its key, until it is due or for good.</summary>
    public async ValueTask<Settlement> StayAsync(Record record, FailureState failure)
    {
        var origin = failure.History.Origin;
        var note = ParkedNote.After(failure, _surroundings.Time.GetUtcNow());
        await _copies.NoteAsync(record, origin, note, record.Cancellation);
        _partitions.Of(origin.Topic, record.Partition).Note(record.CopyKey(), ParkedId.Of(origin), note);
        record.State = null;
        return Settlement.RetryAfter(failure.RetryAfter ?? Long);
    }

    /// <summary>How it stands with a parked record since it was written.</summary>
    public ParkedNote? NoteOf(Record record, RecordOrigin origin) => _partitions.Of(origin.Topic, record.Partition).NoteOf(record.CopyKey(), ParkedId.Of(origin));

    /// <summary>Goes on when a copy was handled: with a settled one its key moves up.</summary>
    public async ValueTask<Settlement> ConcludeAsync(Record record, ValueTask<Settlement> handling)
    {
        var settlement = await handling;
        var topic = _surroundings.FindOwnTopic(record.Topic)!;
        if (!settlement.IsSettled || !record.HasKey || topic.Kind == OwnTopicKind.Retry || RecordOrigin.OfCopy(record, topic.Origin) is not { } origin)
        {
            return settlement;
        }

        var (keys, key, id) = (_partitions.Of(topic.Origin, record.Partition), record.CopyKey(), ParkedId.Of(origin));
        if (topic.Kind == OwnTopicKind.Parked)
        {
            keys.Settle(key, id);
        }
        else if (record.State is not FailureState { IsOver: true } && keys.IsParked(key, id))
        {
            return await SettleInPlaceAsync(record, origin, keys);
        }

        return settlement;
    }

    public void Dispose() => _bursts.Dispose();

    private bool StopsBehind(Record record, out ValueTask<Settlement> instead)
    {
        instead = default;
        var keys = _partitions.Of(record.Topic, record.Partition);
        if (keys.Count == 0)
        {
            return false;
        }

        var verdict = keys.TryParkBehind(record.CopyKey(), ParkedId.Of(record), _limits.AtMost);
        instead = verdict switch
        {
            ParkVerdict.Parked => ParkBehindAsync(record),
            ParkVerdict.Full => new(Full(record)),
            _ => default,
        };
        return verdict != ParkVerdict.NotNeeded;
    }

    // A copy that is not known is a second one of a record that was settled, or a note, which was read as it arrived.
    private bool StopsParked(Record record, RecordOrigin origin, ParkedKeys keys, out ValueTask<Settlement> instead)
    {
        instead = default;
        var (key, id) = (record.CopyKey(), ParkedId.Of(origin));
        if (ParkedNote.IsNote(record, origin) || !keys.IsParked(key, id))
        {
            return true;
        }

        var note = keys.NoteOf(key, id) ?? ParkedNote.Read(record, origin);
        var wait = note.State == ParkedState.Dead ? Long : note.DueAt - _surroundings.Time.GetUtcNow();
        if (wait <= TimeSpan.Zero)
        {
            return false;
        }

        instead = new(Settlement.RetryAfter(wait < Long ? wait : Long));
        return true;
    }

    private bool StopsRedriven(Record record, RecordOrigin origin, ParkedKeys keys, out ValueTask<Settlement> instead)
    {
        instead = default;
        var isDiscard = RecordOrigin.TextOf(record.Headers, RedriveHeaders.Action, origin.Headers, RedriveHeaders.Discard.Length) == RedriveHeaders.Discard;
        var (key, id) = (record.CopyKey(), ParkedId.Of(origin));
        if (!keys.IsParked(key, id) && record.State != IsSettledInPlace)
        {
            // Dead before the group kept the order, or settled meanwhile by itself.
            return isDiscard || record.State == WasParked;
        }

        if (record.State != IsSettledInPlace && keys.NoteOf(key, id) is not { State: ParkedState.Dead })
        {
            // Not known to be dead, so it may be tried at this moment: a crash came between the letter and its note.
            record.State ??= WasParked;
            instead = new(Settlement.RetryAfter(Pause));
            return true;
        }

        if (isDiscard || record.State == IsSettledInPlace)
        {
            instead = SettleInPlaceAsync(record, origin, keys);
            return true;
        }

        return false;
    }

    private async ValueTask<Settlement> ParkBehindAsync(Record record)
    {
        try
        {
            await _copies.ParkBehindAsync(record, record.Cancellation);
            return Settlement.Settled;
        }
        catch (Exception error)
        {
            return NotWritten(record, error);
        }
    }

    // Whoever reads the parking topic next must know it before the redriven record is settled.
    private async ValueTask<Settlement> SettleInPlaceAsync(Record record, RecordOrigin origin, ParkedKeys keys)
    {
        record.State = IsSettledInPlace;
        try
        {
            await _copies.NoteAsync(record, origin, ParkedNote.Behind with { State = ParkedState.Settled }, record.Cancellation);
        }
        catch (Exception error)
        {
            return NotWritten(record, error);
        }

        var key = record.CopyKey();
        keys.Settle(key, ParkedId.Of(origin));
        _surroundings.Wake(OwnTopics.Parked(origin.Topic, _group), record.Partition, key);
        return Settlement.Settled;
    }

    private Settlement NotWritten(Record record, Exception error)
    {
        if (record.Cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException($"{record.Position} was given up to its next owner.", error, record.Cancellation);
        }

        _counters.NoteError($"{record.Position} could not be parked: {error.Message}");
        if (_bursts.Allows(("failed parking", record.Topic)))
        {
            FailureLog.NotParked(_logger, _group, record.Position, error.Message, Pause.TotalSeconds);
        }

        return Settlement.RetryAfter(Pause);
    }

    private Settlement Full(Record record)
    {
        if (_limits.StopsWhenFull)
        {
            throw new GroupStoppedException(
                $"Group '{_group}' stopped at {record.Position}: {_limits.AtMost} records of its partition are parked, as many as WithOrderKept allows, and it says to stop then. The record is unsettled. "
                + "Redrive or discard the dead letters of the keys that stand still, or raise the number.",
                record.Position);
        }

        _counters.NoteError($"{record.Topic}[{record.Partition}] has {_limits.AtMost} parked records, as many as WithOrderKept allows: later records of their keys wait");
        if (_bursts.Allows(("full", record.Topic)))
        {
            FailureLog.ParkingFull(_logger, _group, record.Position, _limits.AtMost);
        }

        return Settlement.RetryAfter(Pause);
    }
}
