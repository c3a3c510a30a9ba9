using Microsoft.Extensions.Logging;

namespace Headrace.Producing;

/// <summary>Logs failures of records that were produced without a callback: the first at once, then one line for all of ten seconds. Any thread.</summary>
internal sealed class UnheardFailures(ILogger logger)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private long? _said;
    private int _untold;
    private ProduceException? _last;

    public void Add(ProduceException failure)
    {
        lock (_lock)
        {
            (_last, _untold) = (failure, _untold + 1);
            if (_said is not { } said || TimeProvider.System.GetElapsedTime(said) >= Window)
            {
                Tell();
            }
        }
    }

    public void CallbackThrew(Exception exception) => logger.CallbackThrew(exception);

    /// <summary>Says what is not said yet.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            if (_untold > 0)
            {
                Tell();
            }
        }
    }

    private void Tell()
    {
        logger.Unheard(_untold, _last!.Message);
        (_said, _untold, _last) = (TimeProvider.System.GetTimestamp(), 0, null);
    }
}
