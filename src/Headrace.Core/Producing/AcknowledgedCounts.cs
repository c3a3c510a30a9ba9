using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Headrace.Producing;

/// <summary>How many records of each topic the broker has acknowledged. The delivery loop counts, any thread reads.</summary>
internal sealed class AcknowledgedCounts
{
    private readonly ConcurrentDictionary<string, StrongBox<long>> _counts = new();

    // The topic that was counted last: most deliveries come in runs of one.
    private string? _topic;
    private StrongBox<long> _last = new();

    public void Add(string topic)
    {
        if (!ReferenceEquals(topic, _topic))
        {
            (_topic, _last) = (topic, _counts.GetOrAdd(topic, static _ => new()));
        }

        Volatile.Write(ref _last.Value, _last.Value + 1);
    }

    public IReadOnlyDictionary<string, long> Snapshot() => _counts.ToDictionary(pair => pair.Key, pair => Volatile.Read(ref pair.Value.Value));
}
