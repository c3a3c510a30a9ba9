namespace Headrace;

/// <summary>
/// Time that passes as it does, and is moved on when told: what waits for an hour is due at once. It never stands still, for a consumer that is alive never does. Safe for many threads.
/// </summary>
public sealed class TestTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<MovedTimer> _timers = [];
    private TimeSpan _moved;

    /// <summary>By how much it was moved on so far.</summary>
    public TimeSpan Moved
    {
        get
        {
            lock (_lock)
            {
                return _moved;
            }
        }
    }

    /// <inheritdoc />
    public override long TimestampFrequency => System.TimestampFrequency;

    /// <summary>Raised after every move.</summary>
    internal event Action? HasMoved;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Moved;

    /// <inheritdoc />
    public override long GetTimestamp() => System.GetTimestamp() + (long)(Moved.TotalSeconds * TimestampFrequency);

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new MovedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time on. What is due by then runs soon afterwards, on other threads.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative: time never goes back.</exception>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        lock (_lock)
        {
            _moved += time;
            foreach (var timer in _timers)
            {
                timer.Moved_NeedsLock(time);
            }
        }

        HasMoved?.Invoke();
    }

    // Runs by the system's clock, which goes as fast as this one; only moves have to be told to it.
    private sealed class MovedTimer : ITimer
    {
        private readonly TestTime _time;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _timer;
        private long _began;
        private TimeSpan _due = Timeout.InfiniteTimeSpan;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private bool _isDisposed;

        public MovedTimer(TestTime time, TimerCallback callback, object? state)
        {
            (_time, _callback, _state) = (time, callback, state);
            _timer = System.CreateTimer(static timer => ((MovedTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_time._lock)
            {
                if (_isDisposed)
                {
                    return false;
                }

                _period = period;
                Start_NeedsLock(dueTime);
                return true;
            }
        }

        public void Moved_NeedsLock(TimeSpan by)
        {
            if (_due != Timeout.InfiniteTimeSpan)
            {
                var left = _due - System.GetElapsedTime(_began) - by;
                Start_NeedsLock(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }
        }

        public void Dispose()
        {
            lock (_time._lock)
            {
                _isDisposed = true;
                _time._timers.Remove(this);
            }

            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Start_NeedsLock(TimeSpan due)
        {
            (_due, _began) = (due, System.GetTimestamp());
            // Only what runs is kept alive.
            _ = due == Timeout.InfiniteTimeSpan ? _time._timers.Remove(this) : _time._timers.Add(this);
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }

        private void Fire()
        {
            lock (_time._lock)
            {
                if (_isDisposed || _due == Timeout.InfiniteTimeSpan)
                {
                    return;
                }

                Start_NeedsLock(_period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : _period);
            }

            _callback(_state);
        }
    }
}
