using Microsoft.Extensions.Logging;

namespace Headrace.Producing;

/// <summary>
/// What was produced without waiting where there are filters: somebody has to wait for each of them all the same. In a handler its record does, and the stop of the application.
/// </summary>
internal sealed class FilteredSends(ILogger logger)
{
    private const int Few = 64;
    private readonly List<Task> _running = [];
    private int _most = Few;

    /// <summary>Runs the filters and what comes after them, calls back, and says so where nobody else hears of a failure.</summary>
    public void Start(string topic, Func<ValueTask<RecordPosition>> produce, Action<RecordPosition, ProduceException?>? onDelivered)
    {
        var scope = ProduceScope.Current;
        var running = RunAsync(topic, produce, onDelivered, scope?.TryBegin() == true ? scope : null);
        lock (_running)
        {
            _running.Add(running);
            if (_running.Count > _most)
            {
                _running.RemoveAll(static one => one.IsCompleted);
                _most = Math.Max(Few, _running.Count * 2);
            }
        }
    }

    /// <summary>Completes when all that was started before is done.</summary>
    public Task WhenAllAsync()
    {
        lock (_running)
        {
            return Task.WhenAll(_running);
        }
    }

    private async Task RunAsync(string topic, Func<ValueTask<RecordPosition>> produce, Action<RecordPosition, ProduceException?>? onDelivered, ProduceScope? scope)
    {
        var (position, failure) = (new RecordPosition(topic, -1, -1), (ProduceException?)null);
        try
        {
            position = await produce();
        }
        catch (Exception error)
        {
            failure = error as ProduceException ?? new($"A record for topic '{topic}' was not produced: {error.Message}", topic, 0, possiblyPersisted: false, error);
        }

        try
        {
            onDelivered?.Invoke(position, failure);
        }
        catch (Exception error)
        {
            FilterLog.CallbackThrew(logger, error);
        }

        if (failure is not null && onDelivered is null)
        {
            FilterLog.Unheard(logger, failure.Message);
        }

        scope?.Delivered(0, position, failure);
    }
}
