namespace Headrace.Broker.Server;

/// <summary>While it is closed nothing is handled and nothing is answered. It may be closed by several at once, and opens when the last lets go.</summary>
internal sealed class Gate
{
    private readonly Lock _lock = new();
    private int _closers;
    private TaskCompletionSource? _opened;

    public IDisposable Close()
    {
        lock (_lock)
        {
            _closers++;
            _opened ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return new Closing(this);
    }

    public ValueTask PassAsync(CancellationToken cancellation)
    {
        var opened = Volatile.Read(ref _opened);
        return opened is null ? ValueTask.CompletedTask : new ValueTask(opened.Task.WaitAsync(cancellation));
    }

    private void Open()
    {
        TaskCompletionSource? opened = null;
        lock (_lock)
        {
            if (--_closers == 0)
            {
                (opened, _opened) = (_opened, null);
            }
        }

        opened?.SetResult();
    }

    private sealed class Closing(Gate gate) : IDisposable
    {
        private Gate? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Open();
    }
}
