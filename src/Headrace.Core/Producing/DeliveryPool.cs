namespace Headrace.Producing;

/// <summary>
/// Deliveries for reuse, so that a produce allocates nothing, and what they all need. Each has a number as long as it lives, which the native producer hands back
/// with its report: an index, never a pointer to a managed object. Any thread.
/// </summary>
/// <param name="faults">Says why one ended without its record.</param>
/// <param name="log">Takes what nobody waits for.</param>
internal sealed class DeliveryPool(ProduceFaults faults, UnheardFailures log)
{
    private const int MostKept = 100_000;
    private readonly Lock _lock = new();
    private readonly Stack<int> _freeNumbers = new();
    private readonly Stack<Delivery> _free = new();

    // Replaced when it grows; an entry is written under the lock before its number is known to anybody.
    private volatile Delivery?[] _all = new Delivery?[256];
    private int _used;

    public ProduceFaults Faults => faults;

    public UnheardFailures Log => log;

    /// <summary>The delivery with a number.</summary>
    public Delivery this[nint number] => _all[(int)number - 1]!;

    public Delivery Rent()
    {
        lock (_lock)
        {
            return _free.TryPop(out var delivery) ? delivery : Create();
        }
    }

    public void Return(Delivery delivery)
    {
        lock (_lock)
        {
            Keep(delivery);
        }
    }

    /// <summary>Takes many at once, and empties the list.</summary>
    public void Return(List<Delivery> deliveries)
    {
        lock (_lock)
        {
            foreach (var delivery in deliveries)
            {
                Keep(delivery);
            }
        }

        deliveries.Clear();
    }

    /// <summary>Lets go of one that cannot be reused, because somebody may still look at it.</summary>
    public void Forget(Delivery delivery)
    {
        lock (_lock)
        {
            Drop(delivery);
        }
    }

    /// <summary>Those for which a session owes a report.</summary>
    public IReadOnlyList<Delivery> OwedBy(ProducerSession session)
    {
        lock (_lock)
        {
            return [.. _all.OfType<Delivery>().Where(delivery => delivery.Session == session)];
        }
    }

    private Delivery Create()
    {
        if (!_freeNumbers.TryPop(out var index))
        {
            index = _used++;
            if (index == _all.Length)
            {
                var all = _all;
                Array.Resize(ref all, index * 2);
                _all = all;
            }
        }

        return _all[index] = new(this, index + 1);
    }

    private void Keep(Delivery delivery)
    {
        if (_free.Count < MostKept)
        {
            _free.Push(delivery);
        }
        else
        {
            Drop(delivery);
        }
    }

    private void Drop(Delivery delivery)
    {
        var index = (int)delivery.Number - 1;
        _all[index] = null;
        _freeNumbers.Push(index);
    }
}
