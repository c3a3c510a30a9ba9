using Headrace.Benchmarks.Brokers;
using Headrace.Benchmarks.Consuming;
using Headrace.Benchmarks.Databases;
using Headrace.Benchmarks.Latency;
using Headrace.Benchmarks.Membership;
using Headrace.Benchmarks.Producing;
using Headrace.Benchmarks.Scheduling;
using Headrace.Benchmarks.Schemas;

namespace Headrace.Benchmarks;

/// <summary>Every benchmark.</summary>
internal static class Catalog
{
    public static IReadOnlyList<Benchmark> All { get; } =
    [
        ConsumeBenchmark.Create(),
        LinearBenchmark.Create(),
        SlowBenchmark.Create(),
        BlockingBenchmark.Create(),
        SkewBenchmark.Create(),
        PoisonBenchmark.Create(),
        BatchBenchmark.Create(),
        HoldBenchmark.Create(),
        RollingBenchmark.Create(),
        StartBenchmark.Create(),
        ProduceBenchmark.WithCallback(),
        ProduceBenchmark.Awaited(),
        LatencyBenchmark.Create(),
        BrokerBenchmark.Create(),
        WaitBenchmark.Create(),
        BrokerStartBenchmark.Create(),
        SchemasBenchmark.Create(),
        SoakBenchmark.Create(),
    ];
}
