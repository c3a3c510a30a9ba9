namespace Headrace.Consuming;

/// <summary>
/// Puts lanes that are ready together in batches: a batch takes the first records of each of its lanes, and while it is in flight its lanes are with it, so
/// order holds as it does without batches. Only the loop uses it.
/// </summary>
internal sealed class BatchScheduler
{
    private readonly Func<string, BatchRule?> _ruleOf;
    private readonly WorkerPool _workers;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, BatchRule?> _rules = [];
    private readonly Dictionary<object, OpenBatch> _open = [];
    private readonly PriorityQueue<OpenBatch, long> _due = new();
    private readonly List<OpenBatch> _ready = [];

    public BatchScheduler(Func<string, BatchRule?> ruleOf, WorkerPool workers, TimeProvider time) => (_ruleOf, _workers, _time) = (ruleOf, workers, time);

    /// <summary>When the next batch waits no longer, as a timestamp of the clock; <see cref="long.MaxValue"/> when none waits.</summary>
    public long NextDue
    {
        get
        {
            while (_due.TryPeek(out var open, out _) && open.IsClosed)
            {
                _due.Dequeue();
            }

            return _due.TryPeek(out _, out var due) ? due : long.MaxValue;
        }
    }

    /// <summary>Takes a lane that is ready; <see langword="false"/> when its topic is not handled in batches.</summary>
    public bool TryTake(Lane lane)
    {
        if (RuleOf(lane.Partition.Topic) is not { } rule)
        {
            return false;
        }

        if (lane.Head!.Record.Attempt > 0)
        {
            HandOut(rule, [(lane, 1)]);
        }
        else
        {
            Gather(lane, rule, DueOf(rule));
        }

        return true;
    }

    /// <summary>A record was added to a lane that gathers.</summary>
    public void Grow(Lane lane)
    {
        var open = lane.Gathering!;
        open.Grow(lane, 1);
        if (open.IsFull)
        {
            Ready(open);
        }
    }

    /// <summary>Nothing more is taken from Kafka for the partition until something of it is settled: when all of it gathers, it has waited long enough.</summary>
    public void NoRoom(AssignedPartition partition)
    {
        if (partition.Gathered == 0 || partition.Gathered < partition.Buffered)
        {
            return;
        }

        for (var lane = partition.Lanes; lane is not null; lane = lane.Following)
        {
            if (lane.Gathering is { } open)
            {
                Ready(open);
                return;
            }
        }
    }

    /// <summary>Hands out the batches that are full or have waited long enough.</summary>
    public void HandOut()
    {
        while (NextDue <= _time.GetTimestamp())
        {
            Ready(_due.Dequeue());
        }

        // Closing one may open another with what did not fit in, which may be full too.
        for (var i = 0; i < _ready.Count; i++)
        {
            Close(_ready[i]);
        }

        _ready.Clear();
    }

    /// <summary>
    /// The partition is being given up: takes back what no worker has begun. Its lanes, and those of others that were in a batch with them, are open again.
    /// </summary>
    public static void TakeBack(AssignedPartition partition, Action<Lane> isOpen)
    {
        for (var lane = partition.Lanes; lane is not null; lane = lane.Following)
        {
            if (lane.Gathering is { } open)
            {
                open.Remove(lane);
                isOpen(lane);
            }
            else if (lane.Batch is { } batch && batch.Carrier.TryTakeBack())
            {
                foreach (var other in batch.Lanes)
                {
                    other.Batch = null;
                    other.EndChunk();
                    isOpen(other);
                }
            }
        }
    }

    private void Gather(Lane lane, BatchRule rule, long due)
    {
        object key = rule.Scope switch
        {
            BatchScope.Worker => rule,
            BatchScope.Partition => lane.Partition,
            _ => lane,
        };
        if (!_open.TryGetValue(key, out var open))
        {
            _open[key] = open = new(key, rule, due);
            _due.Enqueue(open, due);
        }

        open.Add(lane);
        if (open.IsFull || lane.Partition.IsClosing)
        {
            Ready(open);
        }
    }

    private void Ready(OpenBatch open)
    {
        if (!open.IsReady)
        {
            open.IsReady = true;
            _ready.Add(open);
        }
    }

    private void Close(OpenBatch open)
    {
        _open.Remove(open.Key);
        var (room, parts) = (open.Rule.Size, new List<(Lane Lane, int Records)>());
        foreach (var lane in open.Close())
        {
            var records = Math.Min(room, lane.CountBefore(lane.Partition.ClosesAt));
            room -= records;
            if (records > 0)
            {
                parts.Add((lane, records));
            }
            else if (room == 0)
            {
                Gather(lane, open.Rule, open.Due);
            }
        }

        if (parts.Count > 0)
        {
            HandOut(open.Rule, parts);
        }
    }

    private void HandOut(BatchRule rule, List<(Lane Lane, int Records)> parts)
    {
        var batch = new RecordBatch(rule);
        foreach (var (lane, records) in parts)
        {
            batch.Add(lane, records);
        }

        batch.Carrier.MakeReady();
        _workers.Add(batch.Carrier);
    }

    private BatchRule? RuleOf(string topic)
    {
        if (!_rules.TryGetValue(topic, out var rule))
        {
            _rules[topic] = rule = _ruleOf(topic);
        }

        return rule;
    }

    private long DueOf(BatchRule rule) => _time.GetTimestamp() + (long)(rule.Within.TotalSeconds * _time.TimestampFrequency);
}
