using System.Collections.Concurrent;

namespace Headrace.Consuming;

/// <summary>Who waits until a topic or a partition that an operator stopped is at rest.</summary>
internal sealed class StopRequests(Assignment assignment, Committer committer)
{
    private readonly ConcurrentQueue<Request> _new = new();
    private readonly List<Request> _waiting = [];
    private volatile bool _isOver;

    /// <summary>A partition has drained, and only its commit is waited for.</summary>
    public bool IsCommitUrgent { get; private set; }

    /// <summary>Completes when a topic is given up, or nothing of a partition is in flight and what is settled is committed. Any thread.</summary>
    public Task WhenAtRestAsync(string topic, int? partition)
    {
        var request = new Request(topic, partition);
        _new.Enqueue(request);
        if (_isOver)
        {
            End();
        }

        return request.AtRest.Task;
    }

    /// <summary>Looks who need not wait any longer. The loop calls it after it has followed what was stopped.</summary>
    public void Tick()
    {
        IsCommitUrgent = false;
        while (_new.TryDequeue(out var request))
        {
            _waiting.Add(request);
        }

        if (_waiting.Count > 0)
        {
            // A worker that has not claimed a lane by now sees that its partition is held back.
            Interlocked.MemoryBarrier();
            _waiting.RemoveAll(IsAtRest);
        }
    }

    /// <summary>The member is leaving its group, so everything is given up. From now on nobody waits. Any thread.</summary>
    public void End()
    {
        _isOver = true;
        while (_new.TryDequeue(out var request))
        {
            request.AtRest.TrySetResult();
        }

        _waiting.ForEach(static request => request.AtRest.TrySetResult());
    }

    private bool IsAtRest(Request request)
    {
        var partitions = assignment.Partitions.Where(partition => partition.Origin == request.Topic && (request.Partition is null || partition.Partition == request.Partition)).ToList();
        if (request.Partition is null ? partitions.Count > 0 : !partitions.TrueForAll(IsAtRest))
        {
            return false;
        }

        request.AtRest.TrySetResult();
        return true;
    }

    private bool IsAtRest(AssignedPartition partition)
    {
        if (partition.Stretch is not null)
        {
            return false;
        }

        for (var lane = partition.Lanes; lane is not null; lane = lane.Following)
        {
            if (lane.IsRunning)
            {
                return false;
            }
        }

        var isClean = !committer.IsOutstanding && committer.IsClean(partition);
        IsCommitUrgent |= !isClean;
        return isClean;
    }

    private sealed record Request(string Topic, int? Partition)
    {
        public TaskCompletionSource AtRest { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
