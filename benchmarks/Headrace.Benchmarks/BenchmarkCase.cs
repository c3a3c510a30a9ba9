namespace Headrace.Benchmarks;

/// <summary>One thing that is measured, in a process of its own.</summary>
/// <param name="Name">The name in the report.</param>
/// <param name="Target">The broker it runs on.</param>
/// <param name="RunAsync">Takes the broker's address and what was prepared; gives a value per metric.</param>
internal sealed record BenchmarkCase(string Name, Target Target, Func<string, string, Task<IReadOnlyDictionary<string, double>>> RunAsync);
