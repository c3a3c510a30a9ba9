namespace Headrace.Benchmarks;

/// <summary>Cases that are measured against each other.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="What">One line for the help.</param>
/// <param name="Cases">The cases; the first is what the others are measured against.</param>
internal sealed record Benchmark(string Name, string What, IReadOnlyList<BenchmarkCase> Cases)
{
    /// <summary>Runs once per broker, before the rounds; what it returns is handed to every case.</summary>
    public Func<string, CancellationToken, Task<string>> PrepareAsync { get; init; } = static (_, _) => Task.FromResult("");

    /// <summary>What every case has in common and the reader should know, a line each.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];
}
