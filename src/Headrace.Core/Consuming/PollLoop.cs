using System.Collections.Concurrent;
using System.Diagnostics;
using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>
/// One run of a consumer, on a thread of its own: it alone polls, assigns, seeks and commits, and it always polls. Every turn takes events, reports and
/// records without waiting; only between turns does it wait, for any of them.
/// </summary>
internal sealed class PollLoop
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StarvedWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan StretchWait = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);

    private const int MostFailedTurns = 20;

    private readonly ConsumerParts _parts;
    private readonly Assignment _assignment;
    private readonly StopRequests _stopRequests;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopsFetching;
    private volatile bool _stops;
    private volatile bool _isPaused;
    private volatile PauseSet _pauses = PauseSet.None;
    private volatile PauseSet _stopSet = PauseSet.None;
    private volatile IReadOnlyList<AssignedPartition> _leftRunning = [];
    private readonly ConcurrentQueue<(string Topic, int Partition, RecordKey Key)> _wakes = new();
    private int _failedTurns;

    public PollLoop(ConsumerParts parts)
    {
        (_parts, _assignment) = (parts, new(parts));
        _stopRequests = new(_assignment, parts.Committer);
    }

    /// <summary>Completes when the member has left its group and what was settled is committed.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>What still ran when it stopped; the next run waits for it, partition by partition.</summary>
    public IReadOnlyList<AssignedPartition> LeftRunning => _leftRunning;

    public bool HasJoined => _assignment.HasJoined;

    public long Settled => _parts.Scheduler.Settled;

    public int InFlight => _parts.Workers.Busy;

    private bool IsEnding => _assignment.Ending.IsCancellationRequested;

    private string Group => _parts.Options.GroupId;

    public void Start() => new Thread(Run) { IsBackground = true, Name = $"{Group} loop" }.UnsafeStart();

    public void StopFetching() => _stopsFetching = true;

    public void Stop(CancellationToken deadline)
    {
        // A second stop can only be more urgent.
        if (!_stops || deadline.IsCancellationRequested)
        {
            _parts.StopDeadline = deadline;
            _stops = true;
        }

        _parts.Signal.Set();
    }

    /// <summary>A key that is parked need not wait any longer.</summary>
    public void Wake(string topic, int partition, RecordKey key)
    {
        _wakes.Enqueue((topic, partition, key));
        _parts.Signal.Set();
    }

    public bool IsPaused
    {
        get => _isPaused;
        set
        {
            _isPaused = value;
            _parts.Workers.IsPaused = value;
            _parts.Signal.Set();
        }
    }

    /// <summary>Topics and partitions that are held back.</summary>
    public PauseSet Pauses
    {
        set
        {
            _pauses = value;
            _parts.Signal.Set();
        }
    }

    /// <summary>Topics that are not read, and partitions that are held back as if they were paused.</summary>
    public PauseSet Stops
    {
        set
        {
            _stopSet = value;
            _parts.Signal.Set();
        }
    }

    /// <summary>Records that may be handled at once.</summary>
    public int Workers
    {
        set
        {
            _parts.Workers.Count = value;
            _parts.Signal.Set();
        }
    }

    /// <summary>Completes when what was stopped is at rest: a topic given up; nothing of a partition in flight, and its offset committed.</summary>
    public Task WhenAtRestAsync(string topic, int? partition)
    {
        var atRest = _stopRequests.WhenAtRestAsync(topic, partition);
        _parts.Signal.Set();
        return atRest;
    }

    /// <summary>Begins another turn at once.</summary>
    public void Wake() => _parts.Signal.Set();

    private void Run()
    {
        _parts.Membership.Queue.Watch(_parts.Signal);
        while (!_assignment.IsGone && _failedTurns < MostFailedTurns)
        {
            if (!TurnOrFault())
            {
                Wait();
            }
        }

        OrFault(_assignment.IsGone ? Leave : LeaveInDisorder);
        Finish();
    }

    // Turn after turn fails, so nothing can be drained or committed; still the group learns at once that this member is gone.
    private void LeaveInDisorder()
    {
        OrFault(_assignment.Abandon);
        Leave();
    }

    private void OrFault(Action step)
    {
        try
        {
            step();
        }
        catch (Exception failure)
        {
            Fault(failure);
        }
    }

    private void Finish()
    {
        _stopRequests.End();
        _parts.Workers.Stop();
        _parts.Status.Partitions = [];
        _parts.Status.IsConnected = false;
        _parts.Log.Stopped(Group, Settled, _assignment.Abandoned);
        _leftRunning = _parts.Abandoned.Running;
        if (_parts.Records.Held > 0)
        {
            // Handlers that did not give up hold native memory; while one does, its client cannot be destroyed. Nobody waits for that.
            _stopped.SetResult();
            while (_parts.Records.Held > 0)
            {
                _parts.Scheduler.TakeReports();
                Wait();
            }
        }

        _parts.Dispose();
        _assignment.Dispose();
        _stopped.TrySetResult();
    }

    private bool TurnOrFault()
    {
        try
        {
            return Turn();
        }
        catch (Exception failure)
        {
            // The turns go on, to give up in order what is there.
            _failedTurns++;
            Fault(failure);
            return false;
        }
    }

    private bool Turn()
    {
        _parts.Status.Turned = _parts.Time.GetTimestamp();
        var isBusy = PollEvents(_parts.Membership.Queue) | (_parts.IsFetching && PollEvents(_parts.Fetcher.Queue))
            | (_parts.IsFetchingCompanions && PollEvents(_parts.CompanionFetcher.Queue));
        isBusy |= TakeReports();
        _parts.Scheduler.Unpark();
        _parts.Scheduler.Stretches.Tick();
        TakeWakes();
        if (_stops)
        {
            _assignment.End(Timeout.InfiniteTimeSpan);
        }

        if (!IsEnding && _parts.Topics.Tick(_stopSet, _parts.Signal.Set))
        {
            Subscribe();
        }

        isBusy |= _assignment.Tick();
        _assignment.Follow(_pauses, _stopSet);
        _stopRequests.Tick();
        _parts.Committer.Tick(_assignment.Partitions, _assignment.IsCommitUrgent || _stopRequests.IsCommitUrgent, _assignment.Draining, _assignment.AdvanceToPositions);
        if (_parts.Committer.Fault is { } refused)
        {
            Fault(refused);
        }

        isBusy |= !_stopsFetching && !_isPaused && !IsEnding && _assignment.Drain();
        _parts.Scheduler.HandOut();
        _parts.Workers.Tend();
        return isBusy;
    }

    private void TakeWakes()
    {
        while (_wakes.TryDequeue(out var wake))
        {
            if (_assignment.Find(wake.Topic, wake.Partition) is { } partition)
            {
                _parts.Scheduler.Wake(partition, wake.Key.Bytes.Span);
            }
        }
    }

    private bool TakeReports()
    {
        if (!_parts.Scheduler.TakeReports())
        {
            return false;
        }

        _assignment.Advance();
        if (_parts.Scheduler.Failure is var (position, failure))
        {
            Fault(ConsumerFaults.HandlerThrew(Group, position, failure));
        }

        return true;
    }

    private void Subscribe()
    {
        var error = default(NativeError);
        _assignment.Keep(_parts.Topics.Wanted);
        if (_parts.Topics.Names.Count > 0)
        {
            _parts.OpenFetcher(_parts.Topics.Partitions);
            error = _parts.Membership.Subscribe(_parts.Topics.Names);
        }
        else if (_parts.Topics.Wanted.Count > 0)
        {
            error = _parts.Membership.Unsubscribe();
        }

        // What was deleted the library gives up itself. Were the subscription taken back while a topic is made again, it (2.14.2) might never follow the next one.
        if (!error.IsNone)
        {
            throw ConsumerFaults.Fatal(Group, error.ToString());
        }
    }

    private bool PollEvents(QueueHandle queue)
    {
        for (var any = false; ; any = true)
        {
            using var next = queue.Poll(TimeSpan.Zero);
            if (next.IsEmpty)
            {
                return any;
            }

            queue.Hear(next);
            Take(next);
        }
    }

    private void Take(NativeEvent next)
    {
        switch (next.Kind)
        {
            case EventKinds.Rebalance:
                _assignment.Take(next.Error.Code, next.Partitions);
                break;
            case EventKinds.OffsetCommit:
                _parts.Committer.Take(next.Error, next.Partitions);
                break;
            case EventKinds.Error:
                TakeError(next.Error);
                break;
            case EventKinds.Log:
                _parts.Log.ClientLibrary(Group, next.Log.Facility, next.Log.Text);
                break;
            default:
                break;
        }
    }

    private void TakeError(NativeError error)
    {
        if (error.IsFatal)
        {
            Fault(error.Code is ErrorCode.FencedInstanceId or ErrorCode.Fenced
                ? ConsumerFaults.Fenced(Group, error.ToString())
                : ConsumerFaults.Fatal(Group, error.ToString()));
            return;
        }

        if (error.Code is ErrorCode.AllBrokersDown or ErrorCode.Transport or ErrorCode.Resolve or ErrorCode.UnknownTopicOrPartition)
        {
            // A look-up shows whether it is so, which topics are missing, and when it is over.
            _parts.Topics.Hurry();
        }
        else if (_parts.Status.Raise("group", error.ToString()))
        {
            _parts.Log.Error(Group, "group", error.ToString());
        }
    }

    private void Fault(Exception fault)
    {
        if (_parts.Status.Fault is null)
        {
            _parts.Status.Fault = fault;
            _parts.Log.Faulted(fault, Group);
        }

        _assignment.End(_parts.Options.RevokeDrain);
    }

    /// <summary>Leaves the group. Its last revocation is answered at once: everything was given up before.</summary>
    private void Leave()
    {
        // Not by the application's clock: whatever is broken, the group is told.
        var (membership, began) = (_parts.Membership, Stopwatch.GetTimestamp());
        using var events = membership.OpenQueue();
        events.Watch(_parts.Signal);
        membership.Queue.Dispose();
        membership.BeginClose(events);
        while (!membership.IsClosed && Stopwatch.GetElapsedTime(began) < ClosePatience)
        {
            var isBusy = PollEvents(events) | _parts.Scheduler.TakeReports() | _assignment.AnswerLast();
            if (!isBusy)
            {
                _parts.Signal.Wait(TimeSpan.FromMilliseconds(10));
            }
        }

        if (!membership.IsClosed)
        {
            // A client that still waits for an answer would never end, and keep a processor busy.
            ConsumerHandle.CallWhileClosing(() => membership.Assign(null));
        }
    }

    private void Wait()
    {
        var wait = _parts.Workers.IsStarved ? StarvedWait : _parts.Scheduler.Stretches.Count > 0 ? StretchWait : LongestWait;
        _parts.Status.NextTry = _parts.Scheduler.NextDue;
        if (_parts.Scheduler.NextDue is not long.MaxValue and var due)
        {
            var left = TimeSpan.FromSeconds(Math.Max(0, (double)(due - _parts.Time.GetTimestamp()) / _parts.Time.TimestampFrequency));
            wait = left < wait ? left : wait;
        }

        if (_assignment.NextDue is { } next)
        {
            var left = next - _parts.Time.GetUtcNow();
            wait = left < wait ? left : wait;
        }

        _parts.Signal.Wait(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }
}
