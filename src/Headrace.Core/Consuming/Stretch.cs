using Headrace.Clients.Native;

namespace Headrace.Consuming;

/// <summary>
/// Records of one partition in the order of their offsets, which one worker handles one after the other: the loop touches none of them. That is order by key and by partition at once, and
/// as cheap as can be while handlers are fast. As soon as one is not – it awaits, fails, or holds its thread – the stretch ends there, and what is left goes on in lanes.
/// </summary>
/// <remarks>
/// One number says whose the records are: the worker moves it from record to record, the loop takes it away, and whoever comes second sees that. So what lies before the record under way is
/// settled, that one is its worker's, and what lies behind it is the loop's, once it has taken the number.
/// </remarks>
internal sealed class Stretch
{
    /// <summary>The most records: they share one hop to a worker, and stay in the processor's caches until they are freed.</summary>
    public const int MaxRecords = 128;

    // Odd: that record is under way, or, as -1, none yet. Even: the worker looks at the next one, which is over at once.
    private const int Ready = -1;
    private const int Ended = int.MaxValue;
    private const int Taken = int.MinValue;

    private readonly NativeMessage[] _messages = new NativeMessage[MaxRecords];
    private readonly RecordPool _records;
    private int _state;
    private int _begun;
    private long _position;

    /// <param name="records">Where its messages are freed.</param>
    public Stretch(RecordPool records)
    {
        _records = records;
        Carrier = new(this);
        Report = new() { Stretch = this };
    }

    /// <summary>What stands for it in the workers' queue.</summary>
    public Lane Carrier { get; }

    /// <summary>What stands for it among the reports.</summary>
    public TrackedRecord Report { get; }

    /// <summary>Where its records come from, and how they become lanes.</summary>
    public IStretchSource Source { get; private set; } = null!;

    public AssignedPartition Partition => Source.Partition;

    /// <summary>The record under way. It goes on in a lane when the stretch ends with it.</summary>
    public TrackedRecord Current { get; private set; } = null!;

    /// <summary>The lane that it goes on in.</summary>
    public Lane Lane { get; private set; } = null!;

    public int Count { get; private set; }

    /// <summary>Where the loop puts the messages, before <see cref="Open"/>.</summary>
    public Span<NativeMessage> Room => _messages;

    public ReadOnlySpan<NativeMessage> Messages => _messages.AsSpan(0, Count);

    /// <summary>The record that it ended at: those before it are settled. Written by the worker before its report.</summary>
    public int EndedAt { get; private set; }

    /// <summary>How it ended there. Written by the worker before its report.</summary>
    public StretchEnd End { get; private set; }

    /// <summary>Before this offset everything is settled. The loop may read it at any time.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>The newest leader epoch among the records before <see cref="Position"/>.</summary>
    public int LeaderEpoch { get; private set; }

    /// <summary>The record under way, as far as the loop can see; negative before the first.</summary>
    public int At => Volatile.Read(ref _state) >> 1;

    /// <summary>Where it was when it was last seen to move, and when that was, as a timestamp of the clock. The loop's.</summary>
    public (int At, long Time) Seen { get; set; }

    /// <summary>The loop makes it ready for whichever worker claims its carrier.</summary>
    public void Open(IStretchSource source, int count, TrackedRecord current, Lane lane)
    {
        (Source, Count, Current, Lane) = (source, count, current, lane);
        (EndedAt, End, LeaderEpoch, Seen, _begun) = (0, StretchEnd.Before, -1, (Ready, 0), -1);
        Volatile.Write(ref _position, source.Partition.Tracker.Next);
        Volatile.Write(ref _state, Ready);
        Carrier.MakeReady();
    }

    /// <summary>The worker settled the record under way, if there was one, and begins the next; <see langword="false"/> when there is none for it.</summary>
    public bool MoveNext()
    {
        var index = _begun + 1;
        if (index == Count || Interlocked.CompareExchange(ref _state, index << 1, (index << 1) - 1) != (index << 1) - 1)
        {
            return false;
        }

        var record = Current.Record;
        LeaderEpoch = Math.Max(LeaderEpoch, index > 0 ? record.LeaderEpoch : -1);
        record.Reset();
        if (!Source.TryPlace(record, _messages[index]))
        {
            EndedAt = index;
            Volatile.Write(ref _state, Ended);
            return false;
        }

        _begun = index;
        Volatile.Write(ref _position, record.Offset);
        Volatile.Write(ref _state, (index << 1) + 1);
        return true;
    }

    /// <summary>
    /// The worker ends it where it is; <see langword="false"/> when the loop has taken what is left, and <see cref="Current"/> is the record of <see cref="Lane"/>. Otherwise the report comes
    /// before anything else is done with that record.
    /// </summary>
    public bool TryEnd(StretchEnd end)
    {
        var state = (_begun << 1) + 1;
        if (Volatile.Read(ref _state) != Ended)
        {
            (EndedAt, End) = (end == StretchEnd.Before ? _begun + 1 : _begun, end);
            if (Interlocked.CompareExchange(ref _state, Ended, state) != state)
            {
                return false;
            }
        }

        if (EndedAt == Count)
        {
            LeaderEpoch = Math.Max(LeaderEpoch, Current.Record.LeaderEpoch);
            Volatile.Write(ref _position, Current.Offset + 1);
            Current.Record.Reset();
            _records.Free(Messages);
        }

        return true;
    }

    /// <summary>The loop takes what the worker has not begun. Says which record is under way: -1 when none is, <see langword="null"/> when the worker's report is on its way.</summary>
    public int? TryTake()
    {
        for (var wait = default(SpinWait); ; wait.SpinOnce())
        {
            var state = Volatile.Read(ref _state);
            if (state == Ended)
            {
                return null;
            }

            if ((state & 1) != 0 && Interlocked.CompareExchange(ref _state, Taken, state) == state)
            {
                return state >> 1;
            }
        }
    }
}
