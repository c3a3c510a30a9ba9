using System.Collections.Concurrent;

namespace Headrace.Producing;

/// <summary>Deliveries for reuse, so that an awaited produce allocates nothing, and what they all need. Any thread.</summary>
/// <param name="faults">Says why one ended without its record.</param>
/// <param name="onUnheard">Takes the failure of a record that nobody waits for.</param>
internal sealed class DeliveryPool(ProduceFaults faults, Action<ProduceException> onUnheard)
{
    private const int MostKept = 10_000;
    private readonly ConcurrentQueue<Delivery> _free = new();

    private int _kept;

    public ProduceFaults Faults => faults;

    public Action<ProduceException> OnUnheard => onUnheard;

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
