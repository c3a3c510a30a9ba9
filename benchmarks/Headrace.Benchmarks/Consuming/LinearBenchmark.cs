using Headrace.Benchmarks.Brokers;

namespace Headrace.Benchmarks.Consuming;

/// <summary>The same records in few and in many partitions, and of few and of many keys: what a record costs should stay what it is.</summary>
internal static class LinearBenchmark
{
    private const int Count = 800_000;

    private static readonly (string Name, int Partitions, int Keys)[] Shapes =
    [
        ("8 partitions", 8, 1_000),
        ("1 partition", 1, 1_000),
        ("64 partitions", 64, 1_000),
        ("10 keys", 8, 10),
        ("1,000,000 keys", 8, 1_000_000),
    ];

    public static Benchmark Create() => new(
        "linear",
        "what a record costs in 1 to 64 partitions and with 10 to 1,000,000 keys",
        [.. Shapes.Select(static shape => new BenchmarkCase(shape.Name, Target.Chosen, (kafka, topics) => RunAsync(kafka, topics, shape.Name)))])
    {
        PrepareAsync = FillAsync,
        Conditions = [$"{Count:#,0} JSON records of 100 B as in 'consume'; 1,000 keys and 8 partitions where nothing else is said"],
    };

    private static async Task<string> FillAsync(string kafka, Arguments arguments, CancellationToken cancellation)
    {
        var (topics, samples) = (new List<string>(), OrderJson.CreateSamples());
        foreach (var (_, partitions, keys) in Shapes)
        {
            var topic = await Topics.CreateAsync(kafka, partitions);
            await Task.Run(() => PlainClient.Produce(kafka, topic, Count, samples, PlainClient.Keys(keys)), cancellation);
            topics.Add(topic);
        }

        return string.Join(',', topics);
    }

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string topics, string name)
    {
        var topic = topics.Split(',')[Array.FindIndex(Shapes, shape => shape.Name == name)];
        var values = await HeadraceGroup.RunAsync(kafka, topic, Count);
        return new Dictionary<string, double>(values) { ["working set, MB"] = Environment.WorkingSet / (1024.0 * 1024) };
    }
}
