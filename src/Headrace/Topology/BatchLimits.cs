namespace Headrace.Topology;

/// <summary>How a handler wants its batches. Each is one of a kind: records of two handlers are never together.</summary>
internal sealed class BatchLimits(int size, TimeSpan within, BatchScope scope)
{
    public int Size => size;

    public TimeSpan Within => within;

    public BatchScope Scope => scope;

    public IEnumerable<string> Faults()
    {
        if (size < 1)
        {
            yield return $"its batches have size = {size}. Set 1 or more.";
        }

        if (within <= TimeSpan.Zero)
        {
            yield return $"its batches have within = {within}. Set a time above zero: it is how long the first record of a batch waits for others.";
        }
    }
}
