using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Headrace.Producing;

/// <summary>How many records of each topic the broker has acknowledged to this process.</summary>
internal sealed class ProduceCounts
{
    private readonly ConcurrentDictionary<string, StrongBox<long>> _counts = new();

    public void Add(string topic) => Interlocked.Increment(ref _counts.GetOrAdd(topic, static _ => new()).Value);

    public IReadOnlyDictionary<string, long> Snapshot() => _counts.ToDictionary(pair => pair.Key, pair => Interlocked.Read(ref pair.Value.Value));
}
