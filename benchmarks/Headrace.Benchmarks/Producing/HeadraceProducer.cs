using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Benchmarks.Producing;

/// <summary>The same records with Headrace, with a callback or awaited.</summary>
internal static class HeadraceProducer
{
    private const int Flows = 10_000;

    public static Task<IReadOnlyDictionary<string, double>> CallbackAsync(string kafka, string prepared) => Load.MeasureAsync(kafka, async (load, count) =>
    {
        await using var producer = Create(kafka);
        var keys = KeysOf(load);
        Action<RecordPosition, ProduceException?> onDelivered = (_, failure) => load.Acknowledge(failure is null);
        await Task.Run(() => load.Run(count, i => producer.Produce(new(load.Topic, keys[i % keys.Length], load.Value), onDelivered)));
    });

    /// <summary>One loop, which awaits each record when its place among those in flight is needed.</summary>
    public static Task<IReadOnlyDictionary<string, double>> AwaitedAsync(string kafka, string prepared) => Load.MeasureAsync(kafka, async (load, count) =>
    {
        await using var producer = Create(kafka);
        var keys = KeysOf(load);
        var open = new Queue<ValueTask<RecordPosition>>(Load.InFlight);
        for (var i = 0; i < count; i++)
        {
            if (open.Count == Load.InFlight)
            {
                await open.Dequeue();
            }

            // Each is awaited once, later.
#pragma warning disable CA2012
            open.Enqueue(producer.ProduceAsync(new(load.Topic, keys[i % keys.Length], load.Value)));
#pragma warning restore CA2012
        }

        while (open.TryDequeue(out var last))
        {
            await last;
        }
    });

    /// <summary>Many flows, each of which awaits its record before it produces the next, as requests do.</summary>
    public static Task<IReadOnlyDictionary<string, double>> FlowsAsync(string kafka, string prepared) => Load.MeasureAsync(kafka, async (load, count) =>
    {
        await using var producer = Create(kafka);
        var keys = KeysOf(load);
        async Task FlowAsync(int flow)
        {
            for (var i = flow; i < count; i += Flows)
            {
                await producer.ProduceAsync(new(load.Topic, keys[i % keys.Length], load.Value));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Flows).Select(FlowAsync));
    });

    private static RecordProducer Create(string kafka) => new(ProduceSettings.Of(kafka), NullLoggerFactory.Instance);

    private static RecordKey[] KeysOf(Load load) => [.. load.Keys.Select(key => RecordKey.FromBytes(key))];
}
