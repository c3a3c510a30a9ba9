using System.Threading.Tasks.Sources;

namespace Headrace.Producing;

/// <summary>
/// What becomes of one record: completed once, with a position or an exception. Awaited, or with a callback. Pooled: whoever completes it does not touch
/// it afterwards.
/// </summary>
internal sealed class Delivery : IValueTaskSource<RecordPosition>
{
    private const long Pending = 0;
    private const long Done = 1;
    private const long Abandoned = 2;
    private const long StatusMask = 3;
    private readonly DeliveryPool _pool;
    private ManualResetValueTaskSourceCore<RecordPosition> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private Action<RecordPosition, ProduceException?>? _onDelivered;
    private IDeliveryWatch? _watch;
    private ITimer? _timer;
    private TimeSpan? _timeout;
    private long _dueAt = long.MaxValue;
    private bool _isAwaited;
    private int _index;

    // Status in the low bits, above it a number that every use changes: a timer that comes late cannot end the next use.
    private long _state;

    internal Delivery(DeliveryPool pool, nint number) => (_pool, Number) = (pool, number);

    /// <summary>What the native producer hands back with its report; never 0.</summary>
    public nint Number { get; }

    /// <summary>The session that owes its report; <see langword="null"/> when none does.</summary>
    public ProducerSession? Session { get; set; }

    public string Topic { get; private set; } = "";

    /// <summary>The record's size, for an error that is about it.</summary>
    public int Size { get; private set; }

    /// <summary>What a flush waits for.</summary>
    public FlushGate.Generation? Generation { get; set; }

    /// <summary>Whether nobody gave up waiting for it.</summary>
    public bool IsPending => (Volatile.Read(ref _state) & StatusMask) == Pending;

    public ValueTask<RecordPosition> Task => new(this, _source.Version);

    public void Prepare(in OutgoingRecord record, in DeliveryTarget target)
    {
        (Topic, Size) = (record.Topic, record.Key.Bytes.Length + (record.Value?.Length ?? 0));
        (_isAwaited, _onDelivered, _index) = (target.IsAwaited, target.OnDelivered, target.Index);
        _watch = target.Watch is { } watch && watch.TryBegin() ? watch : null;
        _timeout = target.IsAwaited ? record.Timeout : null;
        Volatile.Write(ref _dueAt, long.MaxValue);
        Volatile.Write(ref _state, (_state & ~StatusMask) + StatusMask + 1);
    }

    /// <summary>Before the task is handed out: what ends the waiting early.</summary>
    public void AbandonOn(CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
        {
            _cancellation = cancellation.UnsafeRegister(static (state, token) => ((Delivery)state!).Abandon(token), this);
        }

        if (_timeout is { } timeout)
        {
            var time = TimeProvider.System;
            Volatile.Write(ref _dueAt, time.GetTimestamp() + (long)(timeout.TotalSeconds * time.TimestampFrequency));
            _timer ??= time.CreateTimer(static state => ((Delivery)state!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(timeout, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Completes it. Says whether whoever calls returns it to the pool; it is not touched otherwise. Never throws.</summary>
    public bool Complete(RecordPosition position, ProduceException? failure)
    {
        _watch?.Delivered(_index, position, failure);
        if (!_isAwaited)
        {
            var onDelivered = _onDelivered;
            if (failure is not null && onDelivered is null && _watch is null)
            {
                _pool.Log.Add(failure);
            }

            Forget();
            try
            {
                onDelivered?.Invoke(position, failure);
            }
            catch (Exception exception)
            {
                _pool.Log.CallbackThrew(exception);
            }

            return true;
        }

        // Abandoned: the record may be stored, but nobody waits any more; the object is not used again, for its awaiter may still look at it.
        if (!TryEnd(Volatile.Read(ref _state), Done))
        {
            _pool.Forget(this);
        }
        else if (failure is null)
        {
            _source.SetResult(position);
        }
        else
        {
            _source.SetException(failure);
        }

        return false;
    }

    RecordPosition IValueTaskSource<RecordPosition>.GetResult(short token)
    {
        // A cancellation that is just being called back is waited for here, so that it cannot meet the next use.
        _cancellation.Dispose();
        if (_timeout is not null)
        {
            _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            if ((Volatile.Read(ref _state) & StatusMask) == Done)
            {
                Forget();
                _source.Reset();
                _pool.Return(this);
            }
            else
            {
                _timer?.Dispose();
            }
        }
    }

    ValueTaskSourceStatus IValueTaskSource<RecordPosition>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<RecordPosition>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private bool TryEnd(long seen, long status) =>
        (seen & StatusMask) == Pending && Interlocked.CompareExchange(ref _state, (seen & ~StatusMask) | status, seen) == seen;

    private void Abandon(CancellationToken token)
    {
        if (TryEnd(Volatile.Read(ref _state), Abandoned))
        {
            _source.SetException(new OperationCanceledException("Waiting for the acknowledgement was cancelled; the record may still be stored.", token));
        }
    }

    private void Expire()
    {
        // The state first: a use that begins in between has another.
        var seen = Volatile.Read(ref _state);
        var (due, time) = (Volatile.Read(ref _dueAt), TimeProvider.System);
        if (due == long.MaxValue)
        {
            return;
        }

        if (time.GetTimestamp() is var now && now < due)
        {
            _timer!.Change(TimeSpan.FromSeconds((double)(due - now) / time.TimestampFrequency) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
        else if (TryEnd(seen, Abandoned))
        {
            _source.SetException(_pool.Faults.OfDeadline(Topic, _timeout.GetValueOrDefault()));
        }
    }

    private void Forget() => (_onDelivered, _watch, _cancellation, Generation, Topic) = (null, null, default, null, "");
}

/// <summary>Who is told of a delivery.</summary>
/// <param name="IsAwaited">Whether its task is handed out.</param>
/// <param name="OnDelivered">Otherwise: the user's callback.</param>
/// <param name="Watch">Who is told besides.</param>
/// <param name="Index">The record's number there.</param>
internal readonly record struct DeliveryTarget(bool IsAwaited, Action<RecordPosition, ProduceException?>? OnDelivered = null, IDeliveryWatch? Watch = null, int Index = 0);
