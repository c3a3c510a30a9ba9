namespace Headrace.Producing;

/// <summary>
/// Lets a flush wait for everything produced before it, and for nothing after it: records are counted in generations, and a flush closes the current one.
/// Any thread.
/// </summary>
internal sealed class FlushGate
{
    private readonly Lock _lock = new();
    private volatile Generation _current = new();
    private Task _closed = Task.CompletedTask;

    /// <summary>Counts a record; it is counted out by <see cref="Generation.Remove"/>.</summary>
    public Generation Add()
    {
        while (true)
        {
            var generation = _current;
            generation.Add();
            if (generation == _current)
            {
                return generation;
            }

            // A flush has closed it in between, and may not have seen this record.
            generation.Remove();
        }
    }

    /// <summary>Completes when everything that was counted until now is counted out.</summary>
    public Task WhenDone()
    {
        lock (_lock)
        {
            var closing = _current;
            _current = new();
            closing.Remove();
            return _closed = _closed.IsCompleted ? closing.Done : Task.WhenAll(_closed, closing.Done);
        }
    }

    internal sealed class Generation
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // One for being the current one.
        private int _count = 1;

        public Task Done => _done.Task;

        public void Add() => Interlocked.Increment(ref _count);

        public void Remove(int count = 1)
        {
            if (Interlocked.Add(ref _count, -count) == 0)
            {
                _done.TrySetResult();
            }
        }
    }
}
