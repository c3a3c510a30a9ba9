namespace Headrace.Broker.Log;

/// <summary>Requests that wait for the disk at the same time share a flush.</summary>
/// <param name="flush">Brings everything to the disk and says up to which offset that is.</param>
internal sealed class SharedFlush(Func<long> flush)
{
    private readonly Lock _lock = new();
    private Task? _running;
    private long _reached;

    /// <summary>Completes when everything below the offset is on the disk.</summary>
    public async Task ReachAsync(long offset)
    {
        while (true)
        {
            Task running;
            lock (_lock)
            {
                if (_reached >= offset)
                {
                    return;
                }

                running = _running ??= Task.Run(Run);
            }

            // It may have begun before the offset was written; then the next one is the one.
            await running;
        }
    }

    private void Run()
    {
        var reached = 0L;
        try
        {
            reached = flush();
        }
        finally
        {
            lock (_lock)
            {
                _reached = Math.Max(_reached, reached);
                _running = null;
            }
        }
    }
}
