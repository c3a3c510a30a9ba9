using System.Collections.Concurrent;

namespace Headrace.Producing;

/// <summary>Deliveries for reuse, so that an awaited produce allocates nothing. Any thread.</summary>
internal sealed class DeliveryPool
{
    private const int MostKept = 10_000;
    private readonly ConcurrentQueue<Delivery> _free = new();

    private int _kept;

    public Delivery Rent()
    {
        if (!_free.TryDequeue(out var delivery))
        {
            return new(this);
        }

        Interlocked.Decrement(ref _kept);
        return delivery;
    }

    public void Return(Delivery delivery)
    {
        if (Interlocked.Increment(ref _kept) <= MostKept)
        {
            _free.Enqueue(delivery);
            return;
        }

        Interlocked.Decrement(ref _kept);
    }
}
