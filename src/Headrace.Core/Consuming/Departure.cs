namespace Headrace.Consuming;

/// <summary>
/// Gives partitions up, step by step over the turns of the loop: what workers have not begun is dropped, what is in flight drains until the deadline
/// and is then told to give up, what is settled is committed and the result awaited. Lost partitions skip the drain and the commit.
/// </summary>
internal sealed class Departure
{
    private static readonly TimeSpan CommitPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<AssignedPartition> _partitions;
    private readonly ConsumerParts _parts;
    private readonly long _began;
    private readonly TimeSpan _patience;
    private readonly string? _member;
    private TimeSpan _looked;
    private TimeSpan? _drained;

    /// <param name="partitions">What is given up. Those that are lost are marked so.</param>
    /// <param name="parts">Whose <see cref="ConsumerParts.StopDeadline"/> ends the patience early.</param>
    /// <param name="patience">How long what is in flight may take.</param>
    public Departure(IReadOnlyList<AssignedPartition> partitions, ConsumerParts parts, TimeSpan patience)
    {
        (_partitions, _parts, _patience, _began) = (partitions, parts, patience, parts.Time.GetTimestamp());
        _member = parts.Membership.MemberId;
        foreach (var partition in partitions)
        {
            parts.Scheduler.Close(partition);
            if (partition.IsLost)
            {
                partition.Cancel();
            }
        }
    }

    /// <summary>Lanes that were in flight when the deadline passed.</summary>
    public int Abandoned { get; private set; }

    /// <summary>Lanes that are still in flight.</summary>
    public int Running => _partitions.Sum(static partition => partition.LaneCount);

    /// <summary>Nothing is waited for any more but the commit.</summary>
    public bool IsDrained => _drained is not null;

    public IReadOnlyList<AssignedPartition> Partitions => _partitions;

    /// <summary>Goes on. Says whether everything is done: the partitions may be handed over.</summary>
    public bool Tick()
    {
        var elapsed = _parts.Time.GetElapsedTime(_began);
        LookForSession(elapsed);
        if (_drained is null && !TryDrain(elapsed))
        {
            return false;
        }

        // What was sent before a loss may never be answered, and changes nothing any more.
        if (_parts.Committer.IsOutstanding && !_partitions.All(static partition => partition.IsLost))
        {
            return _parts.StopDeadline.IsCancellationRequested && elapsed - _drained > CommitPatience;
        }

        foreach (var partition in _partitions)
        {
            _parts.Advance(partition);
        }

        return _parts.Committer.IsLost || _partitions.All(_parts.Committer.IsClean) || elapsed - _drained > CommitPatience;
    }

    /// <summary>Lets go of what is left. Records that workers still hold are freed when they come back.</summary>
    public void Finish()
    {
        foreach (var partition in _partitions)
        {
            partition.Tracker.Clear(_parts.Records.Pass);
            partition.Dispose();
        }
    }

    // While partitions are being given up the client tells no loss, and does not even look whether the session holds: it waits for us. What shows is that the
    // coordinator has forgotten the member, or that it has answered no commit for as long as a session lasts.
    private void LookForSession(TimeSpan elapsed)
    {
        if (elapsed - _looked < LookPause || _partitions.All(static partition => partition.IsLost))
        {
            return;
        }

        _looked = elapsed;
        if (_parts.Committer.IsLost || _parts.Membership.IsAssignmentLost || _parts.Membership.MemberId != _member
            || _parts.Committer.OutstandingFor > _parts.SessionTimeout)
        {
            foreach (var partition in _partitions)
            {
                partition.IsLost = true;
                partition.Cancel();
            }

            _parts.Log.LostWhileDraining(_parts.Options.GroupId, string.Join(", ", _partitions));
        }
    }

    private bool TryDrain(TimeSpan elapsed)
    {
        var lost = _partitions.All(static partition => partition.IsLost);
        if (Running > 0 && !lost && (_patience == Timeout.InfiniteTimeSpan || elapsed < _patience) && !_parts.StopDeadline.IsCancellationRequested)
        {
            return false;
        }

        _drained = elapsed;
        Abandoned = Running;
        foreach (var partition in _partitions)
        {
            if (partition is { LaneCount: > 0, IsLost: false })
            {
                partition.Cancel();
            }
        }

        return true;
    }
}
