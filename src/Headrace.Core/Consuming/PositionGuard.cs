using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>
/// A position never moves by itself: where the log no longer has the offset that is to be read, the guard finds out why and decides by a stated policy.
/// Below the log's start records were deleted unread: the consumer stops. Beyond its end the log was cut or made again: what is in flight of the old log
/// is given up uncommitted and the partition starts over where a new group would.
/// </summary>
internal sealed class PositionGuard
{
    private readonly ConsumerParts _parts;
    private readonly Assignment _assignment;
    private readonly List<(PartitionQueue Queue, Task<LogRange> Range)> _questions = [];
    private readonly List<(Departure Departure, long Start)> _restarts = [];

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
            var partition = queue.Partition;
            _questions.Add((queue, _assignment.LookUp.FindRangeAsync(partition.Topic, partition.Partition, _parts.Signal.Set, _assignment.Ending)));
        }

        queue.HasError = true;
        Tell(queue.Partition, error.ToString());
    }

    /// <summary>Goes on with what is under way. Says whether something happened.</summary>
    public bool Tick()
    {
        var happened = false;
        for (var i = _questions.Count - 1; i >= 0; i--)
        {
            var (queue, range) = _questions[i];
            if (range.IsCompleted)
            {
                _questions.RemoveAt(i);
                happened = true;
                if (range.IsCompletedSuccessfully && !queue.Partition.IsClosing)
                {
                    Decide(queue, range.Result);
                }
            }
        }

        for (var i = _restarts.Count - 1; i >= 0; i--)
        {
            if (_restarts[i].Departure.Running == 0)
            {
                happened = true;
                Restart(_restarts[i].Departure, _restarts[i].Start);
                _restarts.RemoveAt(i);
            }
        }

        return happened;
    }

    private void Decide(PartitionQueue queue, LogRange range)
    {
        var (partition, position) = (queue.Partition, queue.Partition.Tracker.Next);
        if (position < range.Low && (partition.Committed.Offset >= 0 || partition.Tracker.Count > 0))
        {
            throw ConsumerFaults.BelowLogStart(_parts.Options.GroupId, partition, position, range.Low);
        }

        if (position >= range.Low && position <= range.High)
        {
            // The log has the position: read on from there.
            _assignment.Forget([partition]);
            _assignment.Fetch([(partition, new(partition.Topic, partition.Partition, position))]);
            return;
        }

        if (position > range.High)
        {
            _parts.Log.BeyondEnd(_parts.Options.GroupId, position, partition, range.High, _parts.Options.StartAt.ToString(), range.Start);
        }

        partition.IsLost = true;
        _restarts.Add((new([partition], _parts, TimeSpan.Zero), range.Start));
    }

    private void Restart(Departure departure, long start)
    {
        var old = departure.Partitions[0];
        if (!_assignment.Partitions.Contains(old))
        {
            return;
        }

        _assignment.Forget([old]);
        departure.Finish();
        var partition = new AssignedPartition(old.Topic, old.Partition, start, committed: -1);
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
