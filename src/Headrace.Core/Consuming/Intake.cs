using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>Takes records from the fetchers' queues, as stretches or for lanes. Only the loop uses it.</summary>
internal sealed class Intake(ConsumerParts parts, PositionGuard guard, Companions companions)
{
    // As long as every worker has its next lane, no more than about this is taken ahead, whatever the limit: what fits the processor's caches is
    // handled in half the time.
    private const int NearRecords = 1_024;

    private readonly NativeMessage[] _buffer = new NativeMessage[256];
    private readonly StretchScheduler _stretches = parts.Scheduler.Stretches;

    /// <summary>Takes records from every partition that has room, a few of each. Says whether there were any.</summary>
    public bool Drain(IReadOnlyList<PartitionQueue> queues)
    {
        if (parts.Workers.HasPlenty && queues.Sum(static queue => queue.Partition.Companion is { IsReadFirst: true } ? 0 : queue.Partition.Buffered) >= NearRecords)
        {
            return false;
        }

        var shares = Math.Max(1, queues.Count(static queue => queue.Partition.Companion is null));
        var (records, bytes) = (Math.Max(1, parts.Options.LookAheadRecords / shares), parts.Options.LookAheadBytes / shares);
        var any = false;
        _stretches.BeginDrain();
        foreach (var queue in queues)
        {
            if (queue.Partition is { IsClosing: false } and ({ IsPaused: false } or { IsCatchingUp: true }) && !parts.Abandoned.Delay(queue.Partition) && !companions.Delays(queue.Partition))
            {
                var taken = Take(queue, records, bytes);
                _stretches.Found(taken);
                guard.Look(queue, taken > 0);
                any |= taken > 0;
            }
        }

        return any;
    }

    private int Take(PartitionQueue queue, int records, long bytes)
    {
        var partition = queue.Partition;
        if (partition.Stretch is not null)
        {
            return 0;
        }

        if (_stretches.Suits(partition))
        {
            return _stretches.Waits(partition) ? 0 : queue.HandOut(records);
        }

        // What is read first is bounded by whoever writes it.
        return partition.Companion is { IsReadFirst: true } ? queue.Drain(_buffer, int.MaxValue, long.MaxValue) : queue.Drain(_buffer, records, bytes);
    }
}
