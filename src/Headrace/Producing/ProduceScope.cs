namespace Headrace.Producing;

/// <summary>
/// What one record's handler produces. The ambient scope lets a produce find its record, so that none is settled before everything that its handler
/// produced is acknowledged. A produce that starts after the handler has completed belongs to no record.
/// </summary>
internal sealed class ProduceScope
{
    private static readonly AsyncLocal<ProduceScope?> Ambient = new();

    // Added to by the handler's threads, taken by the worker once the handler is done.
    private readonly List<PendingProduce> _pending = [];
    private readonly Lock _gate = new();
    private bool _closed;

    public static ProduceScope? Current => Ambient.Value;

    /// <summary>The filter that stands before all others of a group whose application has producers.</summary>
    public static async ValueTask FilterAsync(MessageContext context, MessageDelegate next)
    {
        var scope = new ProduceScope();
        Ambient.Value = scope;
        await next(context);
        await scope.CompleteAsync(context.Cancellation);
    }

    public bool TryAdd(PendingProduce pending)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _pending.Add(pending);
            }

            return !_closed;
        }
    }

    /// <summary>Waits for every acknowledgement. A failure that the handler has seen is the handler's decision; any other one fails the record.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        for (var index = 0; TryTake(index) is { } pending; index++)
        {
            try
            {
                await pending.Delivery.WaitAsync(cancellation);
            }
            catch (ProduceException) when (pending.WasSeen)
            {
            }
        }
    }

    private PendingProduce? TryTake(int index)
    {
        lock (_gate)
        {
            _closed = index == _pending.Count;
            return _closed ? null : _pending[index];
        }
    }
}
