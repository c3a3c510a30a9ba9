using System.Threading.Tasks.Sources;

namespace Headrace.Producing;

/// <summary>
/// What one record's handler produces: the ambient scope lets a produce find its record, so that none is settled before everything that its handler
/// produced is acknowledged. Scopes are reused and cost nothing where nothing is produced. A produce that starts after its handler has completed belongs
/// to no record, or to the one that has the scope by then.
/// </summary>
internal sealed class ProduceScope : IDeliveryWatch, IValueTaskSource
{
    private static readonly AsyncLocal<ProduceScope?> Ambient = new();

    // The context that was found around the handler last, and the same with this scope: made once for a worker, not for every record.
    private ExecutionContext? _around;
    private ExecutionContext? _inside;
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };
    private readonly Lock _gate = new();
    private List<OutgoingRecord>? _outputs;
    private ProduceException? _failure;

    // The handler is one, every record that is not acknowledged another; 0 takes no more.
    private int _open;

    public static ProduceScope? Current => Ambient.Value;

    /// <summary>Whose records are not produced at once, but by the transaction that commits the incoming record; <see langword="null"/> in groups without transactions.</summary>
    public ClusterProducer? Transactional { get; init; }

    /// <summary>Runs a handler inside the scope.</summary>
    public ValueTask RunAsync(MessageContext context, MessageDelegate next)
    {
        (_failure, _open) = (null, 1);
        var around = ExecutionContext.Capture();
        if (around is not null && around == _around)
        {
            ExecutionContext.Restore(_inside!);
        }
        else
        {
            Ambient.Value = this;
            (_around, _inside) = (around, ExecutionContext.Capture());
        }

        try
        {
            return next(context);
        }
        finally
        {
            if (around is not null)
            {
                ExecutionContext.Restore(around);
            }
            else
            {
                Ambient.Value = null;
            }
        }
    }

    /// <summary>The handler is done. Completes when everything it produced is acknowledged; throws when something was not, even when the handler caught that:
    /// whether anybody looked at an exception cannot be told, and a record that nobody stored must not be settled.</summary>
    public ValueTask CloseAsync()
    {
        if (Interlocked.Decrement(ref _open) > 0)
        {
            return new(this, _done.Version);
        }

        return _failure is { } failure ? ValueTask.FromException(failure) : default;
    }

    /// <summary>Keeps a record for the transaction; <see langword="false"/> when the handler is done.</summary>
    public bool TryKeep(ReadOnlySpan<OutgoingRecord> records)
    {
        if (!TryBegin())
        {
            return false;
        }

        lock (_gate)
        {
            (_outputs ??= []).AddRange(records);
        }

        Delivered(0, default, null);
        return true;
    }

    /// <summary>What was kept, once.</summary>
    public IReadOnlyList<OutgoingRecord>? TakeOutputs()
    {
        lock (_gate)
        {
            (var outputs, _outputs) = (_outputs, null);
            return outputs;
        }
    }

    public bool TryBegin()
    {
        for (var open = Volatile.Read(ref _open); open > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _open, open + 1, open);
            if (seen == open)
            {
                return true;
            }

            open = seen;
        }

        return false;
    }

    public void Delivered(int index, RecordPosition position, ProduceException? failure)
    {
        if (failure is not null)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
        }

        if (Interlocked.Decrement(ref _open) == 0)
        {
            if (_failure is { } first)
            {
                _done.SetException(first);
            }
            else
            {
                _done.SetResult(true);
            }
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _done.GetResult(token);
        }
        finally
        {
            _done.Reset();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);
}
