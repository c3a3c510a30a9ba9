using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>
/// A position never moves by itself: where the log no longer has the offset that is to be read, the guard finds out why and decides by a stated policy.
/// Below the log's start records were deleted unread: the consumer stops. Where the log was cut, also below an offset that it has
/// again, or the topic was made again, what is in flight is given up uncommitted and the partition starts over where a new group would.
/// </summary>
internal sealed class PositionGuard
{
    private readonly ConsumerParts _parts;
    private readonly Assignment _assignment;
    private readonly List<(PartitionQueue Queue, bool IsCut, Task<LogRange> Range)> _questions = [];
    private readonly List<(Departure Departure, Task<LogRange> Range)> _restarts = [];

    public PositionGuard(ConsumerParts parts, Assignment assignment) => (_parts, _assignment) = (parts, assignment);

    /// <summary>Looks at what a drain found besides records.</summary>
    public void Look(PartitionQueue queue, bool foundRecords)
    {
        var error = queue.Error;
        if (error.IsNone)
        {
            if (foundRecords && queue.HasError)
            {
                queue.HasError = false;
                _parts.Status.Clear(queue.Partition.ToString());
            }

            return;
        }

        queue.Error = default;
        if (error.Code is ErrorCode.AutoOffsetReset or ErrorCode.OffsetOutOfRange or ErrorCode.LogTruncation)
        {
            // Out of range comes with the offset that was asked for; a cut log, which the epochs show, with none.
            _questions.Add((queue, queue.ErrorOffset < 0, FindRange(queue.Partition)));
        }

        queue.HasError = true;
        Tell(queue.Partition, error.ToString());
    }

    /// <summary>The topic was deleted and made again: nothing of the old one may be committed, and the new one is read where a new group would.</summary>
    public void Replaced(AssignedPartition partition)
    {
        if (!partition.IsLost)
        {
            _parts.Status.ReplacedTopics++;
            _parts.Log.TopicReplaced(_parts.Options.GroupId, partition, partition.Tracker.Next, partition.LaneCount, _parts.Options.StartAt.ToString());
            StartOver(partition, FindRange(partition));
        }
    }

    /// <summary>Goes on with what is under way. Says whether something happened.</summary>
    public bool Tick()
    {
        var happened = false;
        for (var i = _questions.Count - 1; i >= 0; i--)
        {
            var (queue, isCut, range) = _questions[i];
            if (range.IsCompleted && IsAtHand(queue.Partition))
            {
                _questions.RemoveAt(i);
                happened = true;
                if (range.IsCompletedSuccessfully && !queue.Partition.IsClosing)
                {
                    Decide(queue.Partition, isCut, range.Result);
                }
            }
        }

        for (var i = _restarts.Count - 1; i >= 0; i--)
        {
            var (departure, range) = _restarts[i];
            if (departure.Running == 0 && range.IsCompleted)
            {
                happened = true;
                _restarts.RemoveAt(i);
                if (range.IsCompletedSuccessfully)
                {
                    Restart(departure, range.Result.Start, range.Result.TopicId);
                }
            }
        }

        return happened;
    }

    private Task<LogRange> FindRange(AssignedPartition partition) =>
        _assignment.LookUpOf(partition).FindRangeAsync(partition.Topic, partition.Partition, _parts.Signal.Set, _assignment.Ending);

    // What a worker has is past the position that the tracker knows.
    private bool IsAtHand(AssignedPartition partition)
    {
        _parts.Scheduler.Stretches.TakeBack(partition);
        return partition.Stretch is null;
    }

    private void Decide(AssignedPartition partition, bool isCut, LogRange range)
    {
        var position = partition.Tracker.Next;
        if (range.TopicId != Guid.Empty && partition.TopicId != Guid.Empty && range.TopicId != partition.TopicId)
        {
            Replaced(partition);
        }
        else if (position < range.Low && (partition.Committed.Offset >= 0 || partition.Tracker.Count > 0))
        {
            throw ConsumerFaults.BelowLogStart(_parts.Options.GroupId, partition, position, range.Low);
        }
        else if (isCut)
        {
            // The leader's epochs say so. What is below the position now may never have been read, although the log has the position.
            _parts.Status.CutLogs++;
            _parts.Log.LogCut(_parts.Options.GroupId, partition, position, _parts.Options.StartAt.ToString(), range.Start);
            StartOver(partition, Task.FromResult(range));
        }
        else if (position >= range.Low && position <= range.High)
        {
            // The log has the position: read on from there.
            _assignment.Forget([partition]);
            _assignment.Fetch([(partition, new(partition.Topic, partition.Partition, position))]);
        }
        else
        {
            if (position > range.High)
            {
                _parts.Status.CutLogs++;
                _parts.Log.BeyondEnd(_parts.Options.GroupId, position, partition, range.High, _parts.Options.StartAt.ToString(), range.Start);
            }

            StartOver(partition, Task.FromResult(range));
        }
    }

    // What still runs of it is waited for: the next record of its key must not meet it.
    private void StartOver(AssignedPartition partition, Task<LogRange> range)
    {
        partition.IsLost = true;
        _restarts.Add((new([partition], _parts, TimeSpan.Zero), range));
    }

    private void Restart(Departure departure, long start, Guid topicId)
    {
        var old = departure.Partitions[0];
        if (!_assignment.Partitions.Contains(old))
        {
            return;
        }

        _assignment.Forget([old]);
        departure.Finish();
        var partition = new AssignedPartition(old.Topic, old.Partition, start, committed: -1) { TopicId = topicId, Companion = old.Companion, Origin = old.Origin };
        old.Companion?.Opened?.Invoke(old.Partition);
        _assignment.Fetch([(partition, new(partition.Topic, partition.Partition, start))]);
    }

    private void Tell(AssignedPartition partition, string error)
    {
        if (_parts.Status.Raise(partition.ToString(), $"{partition}: {error}"))
        {
            _parts.Log.Error(_parts.Options.GroupId, partition.ToString(), error);
        }
    }
}
