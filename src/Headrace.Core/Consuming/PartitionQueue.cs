using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>
/// The fetcher's queue of one partition. Back-pressure is not draining it: the client stops fetching when it is full, and nothing is ever paused or
/// fetched again. Only the loop uses it.
/// </summary>
internal sealed unsafe class PartitionQueue : IDisposable
{
    private const int KeptPerRecord = 128;
    private static readonly Action<nint, ReadOnlySpan<byte>, RecordHeaders> ReadHeaders = NativeMessage.ReadHeaders;

    // Owned: disposed with this object.
    private readonly QueueHandle _queue;
    private readonly LaneScheduler _scheduler;
    private readonly RecordPool _records;

    public PartitionQueue(AssignedPartition partition, QueueHandle queue, LaneScheduler scheduler, RecordPool records) =>
        (Partition, _queue, _scheduler, _records) = (partition, queue, scheduler, records);

    public AssignedPartition Partition { get; }

    /// <summary>The error that the last drain found instead of records; the loop takes it.</summary>
    public NativeError Error { get; set; }

    /// <summary>The offset of that error; negative when it has none.</summary>
    public long ErrorOffset { get; private set; }

    /// <summary>An error of the partition is shown and not over.</summary>
    public bool HasError { get; set; }

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

        var messages = buffer[.._queue.ConsumeBatch(buffer[..room])];
        foreach (var message in messages)
        {
            Take(message);
        }

        return messages.Length;
    }

    public void Dispose() => _queue.Dispose();

    private void Take(NativeMessage message)
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
        record.Place(Partition.Topic, Partition.Partition, message.Offset, message.ReadTimestamp(out var isAppendTime), message.LeaderEpoch);
        (record.HasAppendTime, record.TopicId) = (isAppendTime, Partition.TopicId);
        record.Point(message.Pointer, message.Key, message.KeyLength, message.Value, message.ValueLength, ReadHeaders);
        record.Cancellation = Partition.Lost;
        tracked.Bytes = Math.Max(record.KeyLength, 0) + Math.Max(message.ValueLength, 0) + KeptPerRecord;
        if (Partition.Tracker.Add(tracked))
        {
            _scheduler.Add(Partition, tracked);
        }
        else
        {
            tracked.Passed = true;
            _records.Release(tracked);
        }
    }
}
