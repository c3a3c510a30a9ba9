namespace Headrace.Producing;

/// <summary>
/// What one record's handler produces. The ambient scope lets a produce find its record, so that none is settled before everything that its handler
/// produced is acknowledged. A produce that starts after the handler has completed belongs to no record.
/// </summary>
internal sealed class ProduceScope
{
    private static readonly AsyncLocal<ProduceScope?> Ambient = new();

    // Added to by the handler's threads, taken by the worker once the handler is done.
    private readonly List<Task<RecordPosition>> _deliveries = [];
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

    public bool TryAdd(Task<RecordPosition> delivery)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _deliveries.Add(delivery);
            }

            return !_closed;
        }
    }

    // A failure fails the record even when the handler caught it: whether anybody looked at an exception cannot be told, and a record
    // that nobody stored must not be settled.
    private async Task CompleteAsync(CancellationToken cancellation)
    {
        for (var index = 0; TryTake(index) is { } delivery; index++)
        {
            await delivery.WaitAsync(cancellation);
        }
    }

    private Task<RecordPosition>? TryTake(int index)
    {
        lock (_gate)
        {
            _closed = index == _deliveries.Count;
            return _closed ? null : _deliveries[index];
        }
    }
}
