using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>
/// The fetcher's queue of one partition. Back-pressure is not draining it: the client stops fetching when it is full, and nothing is ever paused or
/// fetched again. Only the loop uses it.
/// </summary>
internal sealed unsafe class PartitionQueue : IStretchSource, IDisposable
{
    private const int KeptPerRecord = 128;
    private static readonly Action<nint, ReadOnlySpan<byte>, RecordHeaders> ReadHeaders = NativeMessage.ReadHeaders;

    // Owned: disposed with this object.
    private readonly QueueHandle _queue;
    private readonly LaneScheduler _scheduler;
    private readonly RecordPool _records;
    private readonly TimeProvider _time;

    // Taken from the client and not begun: the first is due later, the others are behind it.
    private readonly Queue<NativeMessage> _held = new();
    private readonly Record _first = new();

    public PartitionQueue(AssignedPartition partition, QueueHandle queue, ConsumerParts parts) =>
        (Partition, _queue, _scheduler, _records, _time) = (partition, queue, parts.Scheduler, parts.Records, parts.Time);

    public AssignedPartition Partition { get; }

    /// <summary>The error that the last drain found instead of records; the loop takes it.</summary>
    public NativeError Error { get; set; }

    /// <summary>The offset of that error; negative when it has none.</summary>
    public long ErrorOffset { get; private set; }

    /// <summary>An error of the partition is shown and not over.</summary>
    public bool HasError { get; set; }

    /// <summary>Records wait for the first of them to be due: the client's position is past them.</summary>
    public bool IsHolding => _held.Count > 0;

    /// <summary>Takes the records that are there, as long as there is room for them. Says how many there were.</summary>
    /// <param name="buffer">Where the messages are put meanwhile: at most so many are taken.</param>
    /// <param name="mostRecords">Records that may be buffered.</param>
    /// <param name="mostBytes">Bytes that may be buffered; a record that is larger still gets in when it is alone.</param>
    public int Drain(Span<NativeMessage> buffer, int mostRecords, long mostBytes)
    {
        var room = Partition.BufferedBytes < mostBytes ? Math.Min(buffer.Length, mostRecords - Partition.Buffered) : 0;
        if (room <= 0)
        {
            _scheduler.NoRoom(Partition);
            return 0;
        }

        if (Partition.Companion is { DueAt: { } dueAt })
        {
            return DrainDue(buffer[..room], dueAt);
        }

        var messages = buffer[.._queue.ConsumeBatch(buffer[..room])];
        foreach (var message in messages)
        {
            Take(message);
        }

        return messages.Length;
    }

    /// <summary>Lets go of what is held back.</summary>
    public void Drop()
    {
        while (_held.TryDequeue(out var message))
        {
            message.Destroy();
        }
    }

    public void Dispose()
    {
        Drop();
        _queue.Dispose();
    }

    /// <summary>Takes the next records that are there, as one stretch if they can be one. Says how many there were.</summary>
    public int HandOut(int mostRecords)
    {
        var stretch = _scheduler.Stretches.Rent();
        var count = _queue.ConsumeBatch(stretch.Room[..Math.Min(mostRecords, stretch.Room.Length)]);
        if (count > 0 && Partition is { LaneCount: 0, Tracker.Count: 0 } && stretch.Room[0] is { Error: ErrorCode.None } first && first.Offset >= Partition.Tracker.Next)
        {
            _scheduler.Stretches.HandOut(stretch, this, count);
            return count;
        }

        foreach (var message in stretch.Room[..count])
        {
            Take(message);
        }

        _scheduler.Stretches.Return(stretch);
        return count;
    }

    long IStretchSource.OffsetOf(NativeMessage message) => message.Offset;

    bool IStretchSource.TryPlace(Record record, NativeMessage message)
    {
        if (message.Error != ErrorCode.None)
        {
            return false;
        }

        Place(record, message);
        record.Cancellation = Partition.Lost;
        return true;
    }

    /// <summary>What a record counts toward the look-ahead.</summary>
    public static int BytesOf(Record record) => Math.Max(record.KeyLength, 0) + record.Value.Length + KeptPerRecord;

    // What is due later is neither begun nor asked for again, and keeps nothing else waiting: the partition is just not drained.
    private int DrainDue(Span<NativeMessage> buffer, Func<Record, DateTimeOffset> dueAt)
    {
        for (var taken = 0; ;)
        {
            if (_held.Count == 0)
            {
                var room = buffer[taken..];
                foreach (var message in room.Length > 0 ? room[.._queue.ConsumeBatch(room)] : [])
                {
                    _held.Enqueue(message);
                }

                if (_held.Count == 0)
                {
                    return taken;
                }
            }

            if (taken == buffer.Length || (_held.Peek() is { Error: ErrorCode.None } first && (Partition.NextDue ??= dueAt(Look(first))) > _time.GetUtcNow()))
            {
                return taken;
            }

            Partition.NextDue = null;
            Take(_held.Dequeue());
            taken++;
        }
    }

    private Record Look(NativeMessage message)
    {
        Place(_first, message);
        return _first;
    }

    private void Place(Record record, NativeMessage message)
    {
        record.Place(Partition.Topic, Partition.Partition, message.Offset, message.ReadTimestamp(out var isAppendTime), message.LeaderEpoch);
        (record.HasAppendTime, record.TopicId, record.IsCopy) = (isAppendTime, Partition.TopicId, Partition.Companion is not null);
        record.Point(message.Pointer, message.Key, message.KeyLength, message.Value, message.ValueLength, ReadHeaders);
    }

    public void Take(NativeMessage message)
    {
        if (message.Error != ErrorCode.None)
        {
            (Error, ErrorOffset) = (new(message.Error, message.ErrorText), message.Offset);
            message.Destroy();
            return;
        }

        if (Partition.Tracker.Finished is { } finished && finished.Skips(message.Offset, message.LeaderEpoch))
        {
            Partition.Tracker.Skip(message.Offset);
            message.Destroy();
            return;
        }

        var tracked = _records.Rent();
        var record = tracked.Record;
        Place(record, message);
        record.Cancellation = Partition.Lost;
        tracked.Bytes = BytesOf(record);
        if (Partition.Tracker.Add(tracked))
        {
            Partition.Companion?.Arrived?.Invoke(record, record.Offset < Partition.ReadsTo);
            _scheduler.Add(Partition, tracked);
        }
        else
        {
            tracked.Passed = true;
            _records.Release(tracked);
        }
    }
}
