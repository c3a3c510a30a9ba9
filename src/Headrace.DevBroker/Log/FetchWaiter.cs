namespace Headrace.Broker.Log;

/// <summary>A fetch that waits for more. Logs wake it on every append; it looks again each time.</summary>
internal sealed class FetchWaiter
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiting;
    private bool _woken;

    /// <summary>The time is up, or the client has gone.</summary>
    public bool IsOver { get; private set; }

    public void Wake() => Signal(over: false);

    public void End() => Signal(over: true);

    /// <summary>Completes at the first wake-up since the last wait. One at a time.</summary>
    public Task WaitAsync()
    {
        lock (_lock)
        {
            if (_woken || IsOver)
            {
                _woken = false;
                return Task.CompletedTask;
            }

            // Appends must not run a consumer's continuation on the producer's thread.
            _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiting.Task;
        }
    }

    private void Signal(bool over)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            IsOver |= over;
            (waiting, _waiting) = (_waiting, null);
            _woken = waiting is null;
        }

        waiting?.SetResult();
    }
}
