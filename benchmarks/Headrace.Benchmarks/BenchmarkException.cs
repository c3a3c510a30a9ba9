namespace Headrace.Benchmarks;

/// <summary>A run that cannot go on; the message says why.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
