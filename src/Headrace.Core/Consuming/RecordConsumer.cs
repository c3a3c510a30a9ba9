using Headrace.Consuming;
using Microsoft.Extensions.Logging;

namespace Headrace;

/// <summary>One member of a group: reads its partitions, hands records out in order, and commits what is settled.</summary>
public sealed class RecordConsumer : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly ConsumerOptions _options;
    private readonly RecordDelegate _handle;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly ConsumerStatus _status = new();
    private volatile PollLoop? _loop;
    private volatile bool _isPaused;
    private volatile PauseSet _pauses = PauseSet.None;
    private volatile PauseSet _stops = PauseSet.None;
    private volatile int _workers;

    /// <summary>A consumer that is not started.</summary>
    public RecordConsumer(ConsumerOptions options, RecordDelegate handle, ILoggerFactory loggers, TimeProvider time) =>
        (_options, _handle, _loggers, _time, _workers) = (options, handle, loggers, time, options.Workers);

    /// <summary>What stopped the consumer; <see langword="null"/> while nothing did.</summary>
    public Exception? Fault => _status.Fault;

    /// <summary>
    /// Records that may be handled at once; at least 1. It may change at any time: the member stays in its group, what is in flight ends, and nothing is repeated.
    /// </summary>
    public int Workers
    {
        get => _workers;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            lock (_gate)
            {
                _workers = value;
                if (_loop is { } loop)
                {
                    loop.Workers = value;
                }
            }
        }
    }

    /// <summary>What the consumer is doing now. Cheap; any thread.</summary>
    public ConsumerSnapshot Snapshot()
    {
        var loop = _loop;
        return new()
        {
            State = StateOf(loop),
            Fault = _status.Fault,
            LastError = _status.LastError,
            IsConnected = _status.IsConnected,
            MissingTopics = _status.MissingTopics,
            Partitions = _status.PartitionSnapshots(companions: false),
            Companions = _status.PartitionSnapshots(companions: true),
            Settled = loop?.Settled ?? 0,
            AlreadyFinished = _status.AlreadyFinished,
            IgnoredOffsetMaps = _status.IgnoredMaps,
            ReplacedTopics = _status.ReplacedTopics,
            CutLogs = _status.CutLogs,
            SinceLastTurn = loop is { Stopped.IsCompleted: false } ? _time.GetElapsedTime(_status.Turned) : TimeSpan.Zero,
            UntilNextTry = _status.NextTry is not long.MaxValue and var next ? _time.GetElapsedTime(_time.GetTimestamp(), next) : null,
            Workers = _workers,
            InFlight = loop?.InFlight ?? 0,
        };
    }

    /// <summary>
    /// Joins the group in the background: Kafka need not be there yet. Starting twice does nothing; starting after a stop joins anew.
    /// </summary>
    /// <exception cref="ClientSettingsException">The client settings cannot be used; it names every fault.</exception>
    public void Start()
    {
        lock (_gate)
        {
            if (_loop is { Stopped.IsCompleted: false })
            {
                return;
            }

            _status.Fault = null;
            _status.ClearAll();
            _status.Turned = _time.GetTimestamp();
            var parts = new ConsumerParts(_options, _handle, _status, _loggers, _time);
            parts.Abandoned.Add(_loop?.LeftRunning ?? []);
            _loop = new(parts) { IsPaused = _isPaused, Pauses = _pauses, Stops = _stops, Workers = _workers };
            _loop.Start();
        }
    }

    /// <summary>Looks at once whether something is due; for a clock that was moved on.</summary>
    internal void Wake() => _loop?.Wake();

    /// <summary>Stops fetching; what was fetched goes on.</summary>
    public void StopFetching() => _loop?.StopFetching();

    /// <summary>
    /// Drains what is in flight until <paramref name="deadline"/> fires, commits, and leaves the group: at most some seconds after the deadline.
    /// Stopping twice does nothing.
    /// </summary>
    public Task StopAsync(CancellationToken deadline)
    {
        lock (_gate)
        {
            _loop?.Stop(deadline);
            return _loop?.Stopped ?? Task.CompletedTask;
        }
    }

    /// <summary>
    /// Gives a topic up until <see cref="Start(string)"/>: drains what is in flight, commits, and lets other members have its partitions. Completes when this member
    /// has none of them, at once when it is not in its group; a drain that lasts longer than a revocation may is ended like one. Stopping twice does nothing.
    /// </summary>
    /// <exception cref="OperationCanceledException"><paramref name="deadline"/> fired before; the topic is given up all the same.</exception>
    public Task StopAsync(string topic, CancellationToken deadline) => StopAsync(topic, partition: null, stops => stops.WithTopic(topic, isPaused: true), deadline);

    /// <summary>Reads a topic again.</summary>
    public void Start(string topic) => ChangeStops(stops => stops.WithTopic(topic, isPaused: false));

    /// <summary>
    /// Lets no more records of a partition begin until <see cref="Start(string, int)"/>, lets what is in flight end, and commits. Completes when that is done. The partition stays with the member that
    /// has it, as Kafka knows no members without one of a topic's partitions. Stopping twice does nothing.
    /// </summary>
    /// <exception cref="OperationCanceledException"><paramref name="deadline"/> fired before; what is in flight goes on.</exception>
    public Task StopAsync(string topic, int partition, CancellationToken deadline) =>
        StopAsync(topic, partition, stops => stops.WithPartition(topic, partition, isPaused: true), deadline);

    /// <summary>Hands out records of a partition that was stopped again.</summary>
    public void Start(string topic, int partition) => ChangeStops(stops => stops.WithPartition(topic, partition, isPaused: false));

    /// <summary>Hands out no more records until <see cref="Resume()"/>; the member stays in its group.</summary>
    public void Pause() => SetPaused(true);

    /// <summary>Hands out records again.</summary>
    public void Resume() => SetPaused(false);

    /// <summary>
    /// Hands out no more records of a topic until <see cref="Resume(string)"/>: of the partitions that this member has, or gets later. Every pause is
    /// lifted by its own resume.
    /// </summary>
    public void Pause(string topic) => Change(pauses => pauses.WithTopic(topic, isPaused: true));

    /// <summary>Hands out records of a topic again.</summary>
    public void Resume(string topic) => Change(pauses => pauses.WithTopic(topic, isPaused: false));

    /// <summary>Hands out no more records of a partition until <see cref="Resume(string, int)"/>.</summary>
    public void Pause(string topic, int partition) => Change(pauses => pauses.WithPartition(topic, partition, isPaused: true));

    /// <summary>Hands out records of a partition again.</summary>
    public void Resume(string topic, int partition) => Change(pauses => pauses.WithPartition(topic, partition, isPaused: false));

    /// <summary>A key that waits for another try, however long, is handed out again now. Any thread.</summary>
    internal void Wake(string topic, int partition, RecordKey key) => _loop?.Wake(topic, partition, key);

    /// <summary>Stops at once what <see cref="StopAsync(CancellationToken)"/> has not stopped.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));

    private void SetPaused(bool isPaused)
    {
        lock (_gate)
        {
            _isPaused = isPaused;
            if (_loop is { } loop)
            {
                loop.IsPaused = isPaused;
            }
        }
    }

    private void Change(Func<PauseSet, PauseSet> change)
    {
        lock (_gate)
        {
            _pauses = change(_pauses);
            if (_loop is { } loop)
            {
                loop.Pauses = _pauses;
            }
        }
    }

    private void ChangeStops(Func<PauseSet, PauseSet> change)
    {
        lock (_gate)
        {
            _stops = change(_stops);
            if (_loop is { } loop)
            {
                loop.Stops = _stops;
            }
        }
    }

    private Task StopAsync(string topic, int? partition, Func<PauseSet, PauseSet> change, CancellationToken deadline)
    {
        lock (_gate)
        {
            ChangeStops(change);
            return _loop is { Stopped.IsCompleted: false } loop ? loop.WhenAtRestAsync(topic, partition).WaitAsync(deadline) : Task.CompletedTask;
        }
    }

    private ConsumerState StateOf(PollLoop? loop)
    {
        if (_status.Fault is not null)
        {
            return ConsumerState.Faulted;
        }

        return loop is null || loop.Stopped.IsCompleted ? ConsumerState.Stopped
            : !loop.HasJoined ? ConsumerState.Starting
            : _isPaused ? ConsumerState.Paused
            : ConsumerState.Running;
    }
}
