using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>
/// The partitions that are ours. Answers rebalances one after the other: an assignment when its start offsets are known, a revocation when its
/// partitions are drained and committed; all others flow meanwhile. Only the loop uses it.
/// </summary>
internal sealed class Assignment : IDisposable
{
    private readonly ConsumerParts _parts;
    private readonly PositionGuard _guard;
    private readonly TopicIdentities _identities;
    private readonly AbandonedHandlers _abandoned;
    private readonly PartitionOpening _opening;
    private readonly Companions _companions;
    private readonly Intake _intake;
    private readonly List<PartitionQueue> _queues = [];
    private readonly Queue<(bool IsAssign, bool IsLost, IReadOnlyList<TopicPartitionEntry> Partitions)> _rebalances = new();
    private readonly CancellationTokenSource _ending = new();
    private Task<IReadOnlyList<StartOffset>>? _arrival;
    private Departure? _departure;
    private bool _isLastDeparture;
    private bool? _isCooperative;
    private TimeSpan _lastPatience;
    private (PauseSet Pauses, PauseSet Stops) _held = (PauseSet.None, PauseSet.None);

    public Assignment(ConsumerParts parts)
    {
        (_parts, _guard, _identities, _abandoned, Ending) = (parts, new(parts, this), new(parts.Membership, parts.Time), parts.Abandoned, _ending.Token);
        (_opening, _companions) = (new(parts, _abandoned), new(parts, this));
        _intake = new(parts, _guard, _companions);
    }

    /// <summary>The group has answered at least once: this is a member, with or without partitions.</summary>
    public bool HasJoined { get; private set; }

    /// <summary>Everything was given up for good.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Lanes that were in flight when a deadline passed.</summary>
    public int Abandoned { get; private set; }

    /// <summary>Fires when everything is given up for good.</summary>
    public CancellationToken Ending { get; }

    /// <summary>Partitions are being given up and wait for their commit.</summary>
    public bool IsCommitUrgent => _departure is { IsDrained: true };

    /// <summary>One of the partitions that are being given up and drain.</summary>
    public AssignedPartition? Draining => _departure is { IsDrained: false } departure ? departure.Partitions.FirstOrDefault(static partition => !partition.IsLost) : null;

    public IEnumerable<AssignedPartition> Partitions => _queues.Select(static queue => queue.Partition);

    /// <summary>When the next record that is held back may be begun; <see langword="null"/> when none is, or it is time already.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            var now = _parts.Time.GetUtcNow();
            return Partitions.Where(partition => partition.NextDue > now).Min(static partition => partition.NextDue);
        }
    }

    /// <summary>Looks up where partitions begin that are like this one.</summary>
    public OffsetLookUp LookUpOf(AssignedPartition partition) =>
        new(_parts.Membership, _parts.FetcherOf(partition), partition.Companion is null ? _parts.Options.StartAt : StartPosition.Earliest, TellLookUp);

    /// <summary>A partition that is ours.</summary>
    public AssignedPartition? Find(string topic, int partition) =>
        _queues.Find(queue => queue.Partition.Partition == partition && queue.Partition.Topic == topic)?.Partition;

    /// <summary>Makes a companion's partition.</summary>
    public AssignedPartition Open(StartOffset start, CompanionTopic companion, string origin) => _opening.Open(start, companion, origin);

    /// <summary>A rebalance that is to be answered, in its turn.</summary>
    public void Take(ErrorCode kind, IReadOnlyList<TopicPartitionEntry> partitions) =>
        _rebalances.Enqueue((kind == ErrorCode.AssignPartitions, kind != ErrorCode.AssignPartitions && _parts.Membership.IsAssignmentLost, partitions));

    /// <summary>Gives everything up for good: no more records are begun; what is in flight may take as long as said, or until the stop's deadline.</summary>
    public void End(TimeSpan patience)
    {
        if (!_ending.IsCancellationRequested)
        {
            _ending.Cancel();
            _lastPatience = patience;
        }
    }

    /// <summary>Goes on with the rebalance that is under way. Says whether something happened.</summary>
    public bool Tick()
    {
        foreach (var partition in _ending.IsCancellationRequested ? [] : _identities.Tick(Partitions, _parts.Signal.Set))
        {
            _guard.Replaced(partition);
        }

        if (_arrival is not null)
        {
            return _arrival.IsCompleted && Arrive(_arrival);
        }

        if (_departure is not null)
        {
            return _departure.Tick() && Depart(_departure);
        }

        if (_rebalances.TryDequeue(out var rebalance))
        {
            Begin(rebalance.IsAssign, rebalance.IsLost, rebalance.Partitions);
            return true;
        }

        if (_ending.IsCancellationRequested && !IsGone)
        {
            _isLastDeparture = true;
            _departure = new([.. Partitions], _parts, _lastPatience);
            return true;
        }

        return _guard.Tick() | (!_ending.IsCancellationRequested && _companions.Tick());
    }

    /// <summary>
    /// Answers what comes while the member leaves, when nothing is left to give up; says whether there was anything. Only the last: the library waits for that alone.
    /// </summary>
    public bool AnswerLast()
    {
        if (_rebalances.Count == 0)
        {
            return false;
        }

        var (isAssign, _, _) = _rebalances.Last();
        _rebalances.Clear();
        if (!_parts.Membership.IsClosed)
        {
            ConsumerHandle.CallWhileClosing(() => Answer(isAssign));
        }

        return true;
    }

    /// <summary>Holds back what an operator paused or stopped, and lets go on what was resumed or started.</summary>
    public void Follow(PauseSet pauses, PauseSet stops)
    {
        if (_held != (pauses, stops))
        {
            _held = (pauses, stops);
            _queues.ForEach(queue => _parts.Scheduler.Pause(queue.Partition, HoldsBack(queue.Partition)));
        }
    }

    /// <summary>A companion has caught up.</summary>
    public void LetGo(AssignedPartition partition) => _parts.Scheduler.Pause(partition, HoldsBack(partition));

    /// <summary>Takes records from every partition that has room, a few of each. Says whether there were any.</summary>
    public bool Drain() => _intake.Drain(_queues);

    /// <summary>Topics that are not named were deleted: nothing more is committed for them, as it would be about another topic of that name.</summary>
    public void Keep(IReadOnlyCollection<string> topics)
    {
        foreach (var partition in Partitions)
        {
            partition.IsTopicGone |= !topics.Contains(partition.Origin);
        }
    }

    /// <summary>Gives everything up at once, uncommitted: the loop itself is broken. A rebalance that is under way is answered, or the member could not leave.</summary>
    public void Abandon()
    {
        foreach (var partition in Partitions)
        {
            partition.IsLost = true;
            _parts.Scheduler.Close(partition);
            partition.Cancel();
        }

        _queues.ForEach(static queue => queue.Drop());
        if (_arrival is not null || (_departure is not null && !_isLastDeparture) || _rebalances.Count > 0)
        {
            Check(_parts.Membership.Assign(null), "answer to a rebalance");
            _rebalances.Clear();
        }
    }

    /// <summary>Moves the watermarks past what is settled, and the records that are passed back to their pool.</summary>
    public void Advance()
    {
        foreach (var queue in _queues)
        {
            _parts.Advance(queue.Partition);
        }
    }

    /// <summary>Where nothing is unsettled the fetcher's position is the watermark: it is past control markers, which no record shows.</summary>
    public void AdvanceToPositions()
    {
        Advance();
        foreach (var idle in _queues.Where(static queue => queue is { IsHolding: false, Partition: { Tracker.Count: 0, Stretch: null, IsClosing: false } }).GroupBy(queue => _parts.FetcherOf(queue.Partition)))
        {
            using var list = new TopicPartitionList(idle.Select(static queue => new TopicPartitionEntry(queue.Partition.Topic, queue.Partition.Partition)));
            foreach (var position in idle.Key.ReadPositions(list).IsNone ? list.Read() : [])
            {
                if (position.Offset >= 0)
                {
                    Find(position.Topic, position.Partition)?.Tracker.MoveTo(position.Offset);
                }
            }
        }
    }

    /// <summary>Fetches a partition from an offset on, in place of what was fetched of it before.</summary>
    public void Fetch(IReadOnlyList<(AssignedPartition Partition, TopicPartitionEntry From)> starts)
    {
        foreach (var some in starts.GroupBy(start => _parts.FetcherOf(start.Partition)))
        {
            using var list = new TopicPartitionList(some.Select(static start => start.From));
            foreach (var (partition, _) in some)
            {
                var queue = some.Key.OpenPartitionQueue(partition.Topic, partition.Partition);
                queue.Watch(_parts.Signal);
                partition.IsPaused = HoldsBack(partition);
                _queues.Add(new(partition, queue, _parts));
            }

            Check(some.Key.IncrementalAssign(list), "assign");
        }

        _companions.Hurry();
        _parts.Status.Partitions = [.. Partitions];
    }

    /// <summary>Stops fetching partitions.</summary>
    public void Forget(IReadOnlyCollection<AssignedPartition> partitions)
    {
        PartitionQueue[] gone = [.. _queues.Where(queue => partitions.Contains(queue.Partition))];
        foreach (var some in gone.GroupBy(queue => _parts.FetcherOf(queue.Partition)))
        {
            using var list = new TopicPartitionList(some.Select(static queue => new TopicPartitionEntry(queue.Partition.Topic, queue.Partition.Partition)));
            Check(some.Key.IncrementalUnassign(list), "unassign");
        }

        foreach (var queue in gone)
        {
            queue.Dispose();
            _queues.Remove(queue);
            _parts.Status.Clear(queue.Partition.ToString());
        }

        _parts.Status.Partitions = [.. Partitions];
    }

    public void Dispose() => _ending.Dispose();

    private void Begin(bool isAssign, bool isLost, IReadOnlyList<TopicPartitionEntry> partitions)
    {
        if (!isAssign)
        {
            var revoked = partitions.Select(static entry => (entry.Topic, entry.Partition)).ToHashSet();
            Revoke(isLost, [.. Partitions.Where(partition => revoked.Contains((partition.Origin, partition.Partition)))]);
            return;
        }

        HasJoined = true;
        _parts.Committer.Joined();
        _parts.Status.Clear("group");
        if (partitions.Count == 0 || _ending.IsCancellationRequested)
        {
            Answer(isAssign: true);
            return;
        }

        _parts.OpenFetcher(partitions.Count);
        _arrival = new OffsetLookUp(_parts.Membership, _parts.Fetcher, _parts.Options.StartAt, TellLookUp).FindAsync(partitions, _parts.Signal.Set, Ending);
    }

    private bool Arrive(Task<IReadOnlyList<StartOffset>> arrival)
    {
        _arrival = null;
        _parts.Status.Clear("offsets");
        if (arrival.IsCompletedSuccessfully && !_ending.IsCancellationRequested)
        {
            Fetch([.. arrival.Result.Select(start => (_opening.Open(start, companion: null, start.Position.Topic), start.Position))]);
            _parts.Log.TellAssigned(_parts.Options, arrival.Result, Partitions);
        }

        Answer(isAssign: true);
        return true;
    }

    private void Revoke(bool isLost, AssignedPartition[] partitions)
    {
        var names = string.Join<AssignedPartition>(", ", partitions);
        foreach (var partition in partitions)
        {
            partition.IsLost |= isLost;
        }

        _departure = new(partitions, _parts, _parts.Options.RevokeDrain);
        if (isLost)
        {
            _parts.Log.Lost(_parts.Options.GroupId, names);
        }
        else if (partitions.Length > 0)
        {
            _parts.Log.Revoked(_parts.Options.GroupId, names, _departure.Running);
        }
    }

    private bool Depart(Departure departure)
    {
        _departure = null;
        if (departure.Abandoned > 0)
        {
            Abandoned += departure.Abandoned;
            _abandoned.Add(departure.Partitions);
            _parts.Log.Abandoned(_parts.Options.GroupId, departure.Abandoned, string.Join(", ", departure.Partitions));
        }

        Forget(departure.Partitions.ToHashSet());
        departure.Finish();
        if (_isLastDeparture)
        {
            IsGone = true;
        }
        else
        {
            Answer(isAssign: false);
        }

        return true;
    }

    /// <summary>Tells the group that a rebalance was followed. The membership itself fetches nothing, so its own assignment stays empty.</summary>
    private void Answer(bool isAssign)
    {
        using var nothing = new TopicPartitionList();
        var membership = _parts.Membership;
        // Asked once, while the library waits for this answer; it stays what it is.
        _isCooperative ??= membership.RebalanceProtocol == "COOPERATIVE";
        var error = (_isCooperative, isAssign) switch
        {
            (true, true) => membership.IncrementalAssign(nothing),
            (true, false) => membership.IncrementalUnassign(nothing),
            (false, true) => membership.Assign(nothing),
            (false, false) => membership.Assign(null),
        };
        Check(error, isAssign ? "answer to an assignment" : "answer to a revocation");
    }

    private void Check(NativeError error, string what)
    {
        if (!error.IsNone)
        {
            _parts.TellOnce("group", $"{what}: {error}");
        }
    }

    private bool HoldsBack(AssignedPartition partition) => partition.IsCatchingUp || _held.Pauses.Holds(partition) || _held.Stops.Holds(partition);

    private void TellLookUp(string text) => _parts.TellOnce("offsets", text);
}
