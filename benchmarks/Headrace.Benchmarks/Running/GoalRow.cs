namespace Headrace.Benchmarks.Running;

/// <summary>A goal and how near it the rounds came.</summary>
/// <param name="Goal">The goal.</param>
/// <param name="Median">The median of the rounds.</param>
/// <param name="Rounds">How many of them met it.</param>
/// <param name="All">How many there were.</param>
internal sealed record GoalRow(Goal Goal, double Median, int Rounds, int All);
