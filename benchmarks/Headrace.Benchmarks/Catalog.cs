using Headrace.Benchmarks.Brokers;
using Headrace.Benchmarks.Consuming;

namespace Headrace.Benchmarks;

/// <summary>Every benchmark.</summary>
internal static class Catalog
{
    public static IReadOnlyList<Benchmark> All { get; } = [ConsumeBenchmark.Create(), BrokerBenchmark.Create()];
}
