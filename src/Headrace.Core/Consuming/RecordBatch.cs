using System.Runtime.CompilerServices;
using Headrace.Consuming;

namespace Headrace;

/// <summary>
/// Records that are handled together, those of a key in the order of their offsets. A record that is to come again comes alone, so that it takes no
/// others with it.
/// </summary>
public sealed class RecordBatch
{
    private readonly List<TrackedRecord> _records = [];
    private readonly List<(Lane Lane, long Last)> _lanes = [];
    private readonly Action _onHandled;
    private Exception?[] _failures = [];
    private Settlement[] _settlements = [];
    private CancellationTokenSource? _anyLost;
    private ValueTaskAwaiter _handling;
    private WorkerPool? _pool;

    internal RecordBatch(BatchRule rule)
    {
        (Rule, _onHandled) = (rule, OnHandled);
        Carrier = new(this);
    }

    /// <summary>How many records there are; at least one.</summary>
    public int Count => _records.Count;

    /// <summary>A record.</summary>
    public Record this[int index] => _records[index].Record;

    /// <summary>Fires when one of its records can no longer be committed: its partition was lost or given up, or the shutdown deadline has passed.</summary>
    public CancellationToken Cancellation { get; private set; }

    internal BatchRule Rule { get; }

    /// <summary>What stands for the batch in the workers' queue.</summary>
    internal Lane Carrier { get; }

    /// <summary>The lanes whose first records are in the batch.</summary>
    internal IEnumerable<Lane> Lanes => _lanes.Select(static part => part.Lane);

    /// <summary>What becomes of one record, instead of being settled.</summary>
    public void Settle(int index, Settlement settlement) => (_settlements[index], _failures[index]) = (settlement, null);

    /// <summary>An exception of one record: it means what it means when a <see cref="RecordDelegate"/> throws it.</summary>
    public void Fail(int index, Exception failure) => _failures[index] = failure;

    internal IReadOnlyList<TrackedRecord> Tracked => _records;

    /// <summary>The loop puts the first records of a lane in, in their order.</summary>
    internal void Add(Lane lane, int records)
    {
        lane.HandOut(records);
        lane.Batch = this;
        for (var (record, left) = (lane.Head, records); left > 0; (record, left) = (record!.Next, left - 1))
        {
            _records.Add(record!);
        }

        _lanes.Add((lane, _records[^1].Offset));
    }

    /// <summary>Handles the records. Says whether the slot is still the caller's: an await takes it along.</summary>
    internal bool Run(WorkerPool pool)
    {
        if (pool.IsPaused || pool.IsStopped || !TryBegin())
        {
            Report(pool, Outcome.HandedBack);
            return true;
        }

        (_failures, _settlements) = (new Exception?[Count], new Settlement[Count]);
        Cancellation = LinkCancellation();
        try
        {
            var handling = Rule.Handle(this);
            if (!handling.IsCompleted)
            {
                Await(handling, pool);
                return false;
            }

            handling.GetAwaiter().GetResult();
        }
        catch (Exception failure)
        {
            Array.Fill(_failures, failure);
        }

        Conclude(pool);
        return true;
    }

    // A lane of a partition that closes may not begin: then nothing does, and the loop puts what may go on into another batch.
    private bool TryBegin()
    {
        var begins = true;
        foreach (var (lane, last) in _lanes)
        {
            begins &= lane.TryBegin(last);
        }

        return begins;
    }

    private CancellationToken LinkCancellation()
    {
        var tokens = _lanes.Select(static part => part.Lane.Partition.Lost).Distinct().ToArray();
        if (tokens.Length == 1)
        {
            return tokens[0];
        }

        _anyLost = CancellationTokenSource.CreateLinkedTokenSource(tokens);
        return _anyLost.Token;
    }

    private void Await(ValueTask handling, WorkerPool pool)
    {
        (_handling, _pool) = (handling.GetAwaiter(), pool);
        _handling.UnsafeOnCompleted(_onHandled);
    }

    // Runs on whatever thread completed the handler.
    private void OnHandled()
    {
        var (handling, pool) = (_handling, _pool!);
        try
        {
            handling.GetResult();
        }
        catch (Exception failure)
        {
            Array.Fill(_failures, failure);
        }

        Conclude(pool);
        pool.ReturnSlot();
    }

    private void Conclude(WorkerPool pool)
    {
        _anyLost?.Dispose();
        for (var i = 0; i < Count; i++)
        {
            var record = _records[i];
            record.Delay = _settlements[i].Delay;
            record.Outcome = _failures[i] is { } failure ? Lane.Conclude(record, failure) : _settlements[i].IsSettled ? Outcome.Settled : Outcome.Retry;
        }

        Report(pool);
    }

    private void Report(WorkerPool pool, Outcome outcome)
    {
        _records.ForEach(record => record.Outcome = outcome);
        Report(pool);
    }

    // One report stands for all of them.
    private void Report(WorkerPool pool)
    {
        var first = _records[0];
        first.Batch = this;
        pool.Reports.Push(first, first);
    }
}
