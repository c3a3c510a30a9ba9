using System.Runtime.CompilerServices;

namespace Headrace.Consuming;

/// <summary>
/// The records of one key (or partition, or none) that are to be handled one at a time, in order: a chain, of which the first few – the chunk – are
/// with a worker at most once. A lane exists only while it has records.
/// </summary>
internal sealed class Lane
{
    private const int Ready = 0;
    private const int Claimed = 1;
    private const int TakenBack = 2;

    private readonly Action _onHandled;
    private ShortKey _key;
    private int _keyLength;
    private int _claim;
    private long _begun;
    private ValueTaskAwaiter<Settlement> _handling;
    private WorkerPool? _pool;

    public Lane() => _onHandled = OnHandled;

    /// <summary>Not a lane of records: stands for a batch in the workers' queue.</summary>
    public Lane(RecordBatch carried)
        : this() => Carried = carried;

    /// <summary>Not a lane of records: stands for a stretch in the workers' queue.</summary>
    public Lane(Stretch stretch)
        : this() => Stretch = stretch;

    public RecordBatch? Carried { get; }

    public Stretch? Stretch { get; }

    // The loop's.
    public AssignedPartition Partition { get; private set; } = null!;

    /// <summary>Whether the partition's table knows the lane by the key of its first record.</summary>
    public bool IsKeyed { get; private set; }

    public ulong Hash { get; private set; }

    public LaneState State { get; set; }

    public TrackedRecord? Head { get; private set; }

    public TrackedRecord? Tail { get; private set; }

    public int Count { get; private set; }

    /// <summary>Records of the chunk that no report has come for.</summary>
    public int Handed { get; private set; }

    /// <summary>Until when it is parked, as a timestamp of the clock.</summary>
    public long Due { get; set; }

    /// <summary>The batch that gathers its records.</summary>
    public OpenBatch? Gathering { get; set; }

    /// <summary>The batch that its first records are handed out in.</summary>
    public RecordBatch? Batch { get; set; }

    public Lane? Previous { get; set; }

    public Lane? Following { get; set; }

    // Written by the loop before the lane is handed out, the worker's until it reports the chunk's end.
    public TrackedRecord Cursor { get; private set; } = null!;

    public int Remaining { get; private set; }

    /// <summary>The last offset that its worker has begun, or was about to. The loop reads it when the partition closes.</summary>
    public long Begun => Volatile.Read(ref _begun);

    /// <summary>The key, copied unless it is long: then it is where the first record has it, which is far away.</summary>
    public ReadOnlySpan<byte> Key => _keyLength <= ShortKey.Length ? ((ReadOnlySpan<byte>)_key)[.._keyLength] : Head!.Record.Key;

    public void Open(AssignedPartition partition, bool isKeyed, ulong hash, ReadOnlySpan<byte> key)
    {
        (Partition, IsKeyed, Hash, State) = (partition, isKeyed, hash, LaneState.Open);
        _keyLength = key.Length;
        if (key.Length <= ShortKey.Length)
        {
            key.CopyTo(_key);
        }

        Volatile.Write(ref _begun, -1);
    }

    /// <summary>
    /// The worker is about to begin a record; <see langword="false"/> when it must not. Either it sees that the partition closes, or the loop – which
    /// makes every processor's writes visible in between – sees what was begun.
    /// </summary>
    public bool TryBegin(long offset)
    {
        Volatile.Write(ref _begun, offset);
        return offset < Partition.BeginsBefore;
    }

    public void Append(TrackedRecord record)
    {
        record.Lane = this;
        if (Tail is { } tail)
        {
            tail.Next = record;
        }
        else
        {
            Head = record;
        }

        Tail = record;
        Count++;
    }

    public TrackedRecord RemoveHead()
    {
        var record = Head!;
        Head = record.Next;
        Tail = Head is null ? null : Tail;
        Count--;
        Handed = Math.Max(0, Handed - 1);
        return record;
    }

    /// <summary>Puts a record that was removed back to the front.</summary>
    public void Prepend(TrackedRecord record)
    {
        record.Next = Head;
        Head = record;
        Tail ??= record;
        Count++;
    }

    /// <summary>How many of its records, from the first on, lie before an offset.</summary>
    public int CountBefore(long offset)
    {
        if (Tail!.Offset < offset)
        {
            return Count;
        }

        var count = 0;
        for (var record = Head; record!.Offset < offset; record = record.Next)
        {
            count++;
        }

        return count;
    }

    /// <summary>Whichever worker claims it may run it.</summary>
    public void MakeReady() => Volatile.Write(ref _claim, Ready);

    /// <summary>A worker has, or may have, begun its chunk.</summary>
    public bool IsRunning => State == LaneState.Handed && (Batch is not null || Volatile.Read(ref _claim) == Claimed);

    /// <summary>Makes the first records a chunk for whichever worker claims it.</summary>
    public void HandOut(int atMost)
    {
        State = LaneState.Handed;
        Handed = Math.Min(atMost, Count);
        (Cursor, Remaining) = (Head!, Handed);
        MakeReady();
    }

    /// <summary>The worker reported the chunk's end: what it had not begun is the loop's again.</summary>
    public void EndChunk() => (Handed, State) = (0, LaneState.Open);

    /// <summary>A worker takes the chunk; <see langword="false"/> when the loop has taken it back.</summary>
    public bool TryClaim() => Interlocked.CompareExchange(ref _claim, Claimed, Ready) == Ready;

    /// <summary>The loop takes back a chunk that no worker has claimed.</summary>
    public bool TryTakeBack() => Batch is null && Interlocked.CompareExchange(ref _claim, TakenBack, Ready) == Ready;

    /// <summary>The record's handler awaits: the chunk ends with it, its slot stays taken until it is done.</summary>
    public void Await(TrackedRecord record, ValueTask<Settlement> handling, WorkerPool pool)
    {
        (Cursor, _handling, _pool) = (record, handling.GetAwaiter(), pool);
        _handling.UnsafeOnCompleted(_onHandled);
    }

    // Runs on whatever thread completed the handler. After the report the lane may be in use again: nothing of it is touched then.
    private void OnHandled()
    {
        var (record, handling, pool) = (Cursor, _handling, _pool!);
        (_handling, _pool) = (default, null);
        record.EndsChunk = true;
        record.Outcome = Conclude(record, handling);
        pool.Reports.Push(record, record);
        pool.ReturnSlot();
    }

    /// <summary>Turns what the handler returned or threw into an outcome.</summary>
    public static Outcome Conclude(TrackedRecord record, ValueTaskAwaiter<Settlement> handling)
    {
        try
        {
            var settlement = handling.GetResult();
            record.Delay = settlement.Delay;
            return settlement.IsSettled ? Outcome.Settled : Outcome.Retry;
        }
        catch (Exception failure)
        {
            return Conclude(record, failure);
        }
    }

    /// <summary>Cancelled after the record's token fired: given up. Anything else is a fault, never an ack.</summary>
    public static Outcome Conclude(TrackedRecord record, Exception failure)
    {
        record.Failure = failure;
        return failure is OperationCanceledException && record.Record.Cancellation.IsCancellationRequested ? Outcome.Abandoned : Outcome.Failed;
    }

    [InlineArray(Length)]
    private struct ShortKey
    {
        public const int Length = 40;

        private byte _first;
    }
}
