namespace Headrace.Benchmarks;

/// <summary>Cases that are measured against each other.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="What">One line for the help.</param>
/// <param name="Cases">The cases; the first is what the others are measured against.</param>
internal sealed record Benchmark(string Name, string What, IReadOnlyList<BenchmarkCase> Cases)
{
    /// <summary>Runs once per broker, before the rounds; what it returns is handed to every case.</summary>
    public Func<string, Arguments, CancellationToken, Task<string>> PrepareAsync { get; init; } = static (_, _, _) => Task.FromResult("");

    /// <summary>Whether the cases are measured against the first; otherwise each says itself what it is measured against.</summary>
    public bool ComparesCases { get; init; } = true;

    /// <summary>It has no end of its own: it runs once, as long as <c>--minutes</c> says.</summary>
    public bool IsEndless { get; init; }

    /// <summary>The figures that are to be reached.</summary>
    public IReadOnlyList<Goal> Goals { get; init; } = [];

    /// <summary>What every case has in common and the reader should know, a line each.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];
}
