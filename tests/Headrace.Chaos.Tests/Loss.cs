using System.Diagnostics;

namespace Headrace.Chaos;

/// <summary>A time in which a member could end, or lose its partitions without giving them up.</summary>
/// <param name="From">When it began.</param>
/// <param name="Until">When the member could know of it; for a killed one the same as <paramref name="From"/>.</param>
/// <param name="Committed">What was known to be committed before, with the maps, by partition.</param>
/// <param name="Cause">What was done.</param>
internal sealed record Loss(long From, long Until, IReadOnlyDictionary<int, CommittedPartition> Committed, string Cause)
{
    /// <summary>Whether a handling that began at <paramref name="start"/> was in flight, or began before the member knew that the record was not its own any more.</summary>
    public bool Met(int partition, long offset, long start) =>
        start <= Until && !(Committed.TryGetValue(partition, out var before) && before.Contains(offset));

    public override string ToString() => $"{Cause} {Milliseconds(From)}..{Milliseconds(Until)}";

    /// <summary>A time by the machine's clock, to be read.</summary>
    public static long Milliseconds(long ticks) => ticks / (Stopwatch.Frequency / 1000);
}
