using Microsoft.Extensions.Logging;

namespace Headrace.Producing;

/// <summary>
/// What was produced without waiting where there are filters: somebody has to wait for each of them all the same. In a handler its record does, and the stop of the application.
/// </summary>
internal sealed class FilteredSends(ILogger logger)
{
    private readonly FlushGate _gate = new();

    /// <summary>Runs the filters and what comes after them, calls back, and says so where nobody else hears of a failure.</summary>
    public void Start(string topic, Func<ValueTask<RecordPosition>> produce, Action<RecordPosition, ProduceException?>? onDelivered)
    {
        var scope = ProduceScope.Current;
        _ = RunAsync(topic, produce, onDelivered, scope?.TryBegin() == true ? scope : null, _gate.Add());
    }

    /// <summary>Completes when all that was started before is done.</summary>
    public Task WhenAllAsync() => _gate.WhenDone();

    private async Task RunAsync(string topic, Func<ValueTask<RecordPosition>> produce, Action<RecordPosition, ProduceException?>? onDelivered, ProduceScope? scope, FlushGate.Generation generation)
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
        generation.Remove();
    }
}
