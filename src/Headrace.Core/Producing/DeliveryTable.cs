namespace Headrace.Producing;

/// <summary>
/// The deliveries that a native producer still owes, by the number that it hands back with each: an index, never a pointer to a managed object. Any thread.
/// </summary>
internal sealed class DeliveryTable
{
    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private Delivery?[] _slots = new Delivery?[256];
    private int _used;
    private int _count;

    /// <summary>How many are owed.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Keeps a delivery; the number is never 0.</summary>
    public nint Add(Delivery delivery)
    {
        lock (_lock)
        {
            if (!_free.TryPop(out var index))
            {
                index = _used++;
                if (index == _slots.Length)
                {
                    Array.Resize(ref _slots, index * 2);
                }
            }

            _slots[index] = delivery;
            _count++;
            return index + 1;
        }
    }

    /// <summary>Takes a delivery out; each number once.</summary>
    public Delivery Take(nint number)
    {
        lock (_lock)
        {
            var index = (int)number - 1;
            var delivery = _slots[index] ?? throw new InvalidOperationException($"The client library reported delivery {number} twice.");
            _slots[index] = null;
            _free.Push(index);
            _count--;
            return delivery;
        }
    }

    /// <summary>Takes all that are left.</summary>
    public IReadOnlyList<Delivery> TakeAll()
    {
        lock (_lock)
        {
            var left = _slots.OfType<Delivery>().ToArray();
            Array.Clear(_slots);
            _free.Clear();
            (_used, _count) = (0, 0);
            return left;
        }
    }
}
