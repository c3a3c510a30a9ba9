namespace Headrace.Benchmarks.Running;

/// <summary>One metric of one case over all rounds.</summary>
/// <param name="Benchmark">The benchmark's name.</param>
/// <param name="Case">The case's name.</param>
/// <param name="Metric">What was measured, with its unit.</param>
/// <param name="Median">The median of the rounds.</param>
/// <param name="LowerQuartile">A quarter of the rounds was below.</param>
/// <param name="Ratio">The median of the ratios to the first case in the same round; <see langword="null"/> for that case itself.</param>
/// <param name="RatioLowerQuartile">The lower quartile of those ratios.</param>
/// <param name="Against">The first case's name; <see langword="null"/> for that case itself.</param>
internal sealed record ReportRow(string Benchmark, string Case, string Metric, double Median, double LowerQuartile, double? Ratio, double? RatioLowerQuartile, string? Against);
