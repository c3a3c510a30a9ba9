using System.Threading.Tasks.Sources;

namespace Headrace.Producing;

/// <summary>
/// What becomes of one record: completed once, with a position or an exception. Awaited, or with a callback. Pooled: whoever completes it does not touch
/// it afterwards.
/// </summary>
internal sealed class Delivery : IValueTaskSource<RecordPosition>
{
    private const int Pending = 0;
    private const int Done = 1;
    private const int Abandoned = 2;
    private readonly DeliveryPool _pool;
    private ManualResetValueTaskSourceCore<RecordPosition> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private Action<RecordPosition, ProduceException?>? _onDelivered;
    private bool _isAwaited;
    private int _state;

    internal Delivery(DeliveryPool pool) => _pool = pool;

    public string Topic { get; private set; } = "";

    /// <summary>The record's size, for an error that is about it.</summary>
    public int Size { get; private set; }

    /// <summary>What a flush waits for.</summary>
    public FlushGate.Generation? Generation { get; set; }

    /// <summary>Whether nobody gave up waiting for it.</summary>
    public bool IsPending => Volatile.Read(ref _state) == Pending;

    public ValueTask<RecordPosition> Task => new(this, _source.Version);

    public void Prepare(in OutgoingRecord record, bool isAwaited, Action<RecordPosition, ProduceException?>? onDelivered)
    {
        (Topic, Size) = (record.Topic, record.Key.Bytes.Length + (record.Value?.Length ?? 0));
        (_isAwaited, _onDelivered) = (isAwaited, onDelivered);
        Volatile.Write(ref _state, Pending);
    }

    /// <summary>Before the task is handed out.</summary>
    public void AbandonOn(CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
        {
            _cancellation = cancellation.UnsafeRegister(static (state, token) => ((Delivery)state!).Abandon(token), this);
        }
    }

    /// <summary>Completes it. Only a callback of the user's can throw.</summary>
    public void Complete(RecordPosition position, ProduceException? failure)
    {
        var generation = Generation;
        if (!_isAwaited)
        {
            var onDelivered = _onDelivered;
            Recycle();
            try
            {
                onDelivered?.Invoke(position, failure);
            }
            finally
            {
                generation?.Remove();
            }

            return;
        }

        // Abandoned: the record may be stored, but nobody waits any more; the object is not pooled, for its awaiter may still look at it.
        if (Interlocked.CompareExchange(ref _state, Done, Pending) == Pending)
        {
            if (failure is null)
            {
                _source.SetResult(position);
            }
            else
            {
                _source.SetException(failure);
            }
        }

        generation?.Remove();
    }

    RecordPosition IValueTaskSource<RecordPosition>.GetResult(short token)
    {
        // A cancellation that is just being called back is waited for here, so that it cannot meet the next use.
        _cancellation.Dispose();
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            if (Volatile.Read(ref _state) == Done)
            {
                Recycle();
            }
        }
    }

    ValueTaskSourceStatus IValueTaskSource<RecordPosition>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<RecordPosition>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Abandon(CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref _state, Abandoned, Pending) == Pending)
        {
            _source.SetException(new OperationCanceledException("Waiting for the acknowledgement was cancelled; the record may still be stored.", token));
        }
    }

    private void Recycle()
    {
        (_onDelivered, _cancellation, Generation, Topic) = (null, default, null, "");
        _source.Reset();
        _pool.Return(this);
    }
}
