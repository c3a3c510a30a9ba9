using Headrace.Benchmarks.Brokers;

namespace Headrace.Benchmarks.Producing;

/// <summary>Small records, as fast as they are acknowledged: with a callback each, and awaited each.</summary>
internal static class ProduceBenchmark
{
    public static Benchmark WithCallback() => new(
        "produce",
        $"produce {Load.Count:#,0} records of 100 B, each with a delivery callback",
        [new("confluent", Target.Chosen, ConfluentProducer.RunAsync), new("headrace", Target.Chosen, HeadraceProducer.CallbackAsync)])
    {
        Conditions = [.. Conditions(), "confluent: IProducer<byte[], byte[]>.Produce(…, callback); headrace: RecordProducer.Produce(…, callback)"],
    };

    public static Benchmark Awaited() => new(
        "produce-awaited",
        $"produce {Load.Count:#,0} records of 100 B, each awaited, against the callbacks of the usual client",
        [
            new("confluent", Target.Chosen, ConfluentProducer.RunAsync),
            new("headrace", Target.Chosen, HeadraceProducer.AwaitedAsync),
            new("headrace-flows", Target.Chosen, HeadraceProducer.FlowsAsync),
        ])
    {
        Conditions =
        [
            .. Conditions(),
            "confluent: Produce(…, callback), not awaited; headrace: one loop that awaits the oldest of those in flight; headrace-flows: 10,000 flows, one record in flight each",
        ],
    };

    private static IEnumerable<string> Conditions() =>
    [
        $"{Topics.Partitions} partitions, 1,000 keys, one producing thread, {Load.InFlight:#,0} in flight; {Load.WarmUp:#,0} records before the clock starts",
        $"both: {ClientSettings.Describe(ProduceSettings.Of(""))}",
    ];
}
