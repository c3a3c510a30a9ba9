using System.Threading.Tasks.Sources;

namespace Headrace.Producing;

/// <summary>A produce inside a handler: awaited by the handler, perhaps, and by its record in any case. Knows whether the handler saw the outcome.</summary>
internal sealed class PendingProduce(Task<RecordPosition> delivery, CancellationToken cancellation) : IValueTaskSource<RecordPosition>
{
    private readonly Task<RecordPosition> _awaited = cancellation.CanBeCanceled ? delivery.WaitAsync(cancellation) : delivery;

    // Written by the handler's await, read by the scope once the handler is done.
    private volatile bool _seen;

    /// <summary>Ends when the record is acknowledged or has failed, whoever still waits.</summary>
    public Task<RecordPosition> Delivery => delivery;

    public bool WasSeen => _seen;

    public ValueTaskSourceStatus GetStatus(short token) => _awaited.Status switch
    {
        TaskStatus.RanToCompletion => ValueTaskSourceStatus.Succeeded,
        TaskStatus.Faulted => ValueTaskSourceStatus.Faulted,
        TaskStatus.Canceled => ValueTaskSourceStatus.Canceled,
        _ => ValueTaskSourceStatus.Pending,
    };

    public RecordPosition GetResult(short token)
    {
        // A cancelled wait did not see what became of the record.
        _seen = delivery.IsCompleted;
        return _awaited.GetAwaiter().GetResult();
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        var awaiter = _awaited.ConfigureAwait((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0).GetAwaiter();
        if ((flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0)
        {
            awaiter.OnCompleted(() => continuation(state));
        }
        else
        {
            awaiter.UnsafeOnCompleted(() => continuation(state));
        }
    }
}
