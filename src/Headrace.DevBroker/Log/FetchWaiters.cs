namespace Headrace.Broker.Log;

/// <summary>The fetches that wait at one log. Its lock is the innermost.</summary>
internal sealed class FetchWaiters
{
    private readonly Lock _lock = new();
    private readonly List<FetchWaiter> _waiters = [];

    public void Add(FetchWaiter waiter)
    {
        lock (_lock)
        {
            _waiters.Add(waiter);
        }
    }

    public void Remove(FetchWaiter waiter)
    {
        lock (_lock)
        {
            _waiters.Remove(waiter);
        }
    }

    public void Wake()
    {
        lock (_lock)
        {
            foreach (var waiter in _waiters)
            {
                waiter.Wake();
            }
        }
    }
}
