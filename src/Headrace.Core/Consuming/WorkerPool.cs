using System.Collections.Concurrent;
using System.Diagnostics;

namespace Headrace.Consuming;

/// <summary>
/// The workers of one consumer. A worker is a slot that is taken from a handler's start until its record is settled or handed back. A thread of our
/// own starts every handler; at the first await it may serve another slot. So N workers need at most N threads, made when handlers block.
/// </summary>
internal sealed class WorkerPool
{
    private const int MaxLooseChunk = 64;
    private static readonly long SlowTicks = Stopwatch.Frequency / 20_000;
    private static readonly long FastestTicks = Stopwatch.Frequency / 400_000;
    private static readonly long TendTicks = Stopwatch.Frequency / 1_000;

    private readonly ConcurrentQueue<Lane> _ready = new();
    private readonly object _gate = new();
    private readonly List<Worker> _threads = [];
    private readonly RecordDelegate _handle;
    private readonly string _name;
    private volatile int _count;
    private volatile bool _isPaused;
    private volatile bool _isStopped;
    private volatile bool _hasAwaited;
    private int _taken;
    private int _idle;
    private long _averageTicks;
    private long _tended;

    public WorkerPool(RecordDelegate handle, int count, Reports reports, string name) =>
        (_handle, _count, Reports, _name) = (handle, count, reports, name);

    public Reports Reports { get; }

    /// <summary>How many records may be handled at once. May change at any time.</summary>
    public int Count
    {
        get => _count;
        set => _count = value;
    }

    /// <summary>Whether more slots are taken than there are now, because the count was lowered.</summary>
    internal bool HasTooMany => Volatile.Read(ref _taken) > _count;

    /// <summary>Workers that are handling a record.</summary>
    public int Busy => Volatile.Read(ref _taken);

    public int Threads => _threads.Count;

    /// <summary>While set, no handler is started; chunks that are under way are handed back.</summary>
    public bool IsPaused
    {
        get => _isPaused;
        set => _isPaused = value;
    }

    public bool IsStopped => _isStopped;

    /// <summary>How many records without order one worker gets at a time: those behind a slow handler would wait although other workers are free.</summary>
    public int LooseChunk => (int)Math.Clamp(SlowTicks * 4 / Math.Max(1, Volatile.Read(ref _averageTicks)), 1, MaxLooseChunk);

    /// <summary>Whether handlers end so fast that waiting behind some costs less than a hop to another worker.</summary>
    public bool AreFast => Volatile.Read(ref _averageTicks) <= SlowTicks;

    /// <summary>Whether one thread does more, one record after the other, than several could that are handed single records.</summary>
    public bool AreFastest => Volatile.Read(ref _averageTicks) <= FastestTicks;

    /// <summary>Whether so many handlers took longer than fast ones do.</summary>
    internal static bool IsSlow(long ticks, int handlers) => ticks > SlowTicks * handlers;

    /// <summary>Whether lanes wait for a worker.</summary>
    internal bool HasReady => !_ready.IsEmpty;

    /// <summary>Whether every worker finds another lane when it is done with its own, and the one after that.</summary>
    public bool HasPlenty => _ready.Count >= _count * 2;

    /// <summary>Whether lanes wait although a worker is free. The loop comes back within a millisecond then, to look after the threads.</summary>
    public bool IsStarved => !_ready.IsEmpty && !_isPaused && Busy < _count;

    // The loop's.

    public void Add(Lane lane) => _ready.Enqueue(lane);

    /// <summary>Lanes have been added: sees to it that someone takes them.</summary>
    public void Wake()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _idle) > 0)
        {
            WakeOne();
        }
        else if (_threads.Count < Math.Min(_count, Environment.ProcessorCount) && IsStarved)
        {
            AddThreads(1);
        }
    }

    /// <summary>Adds threads where handlers hold those that are there, and wakes idle ones. Called every turn of the loop.</summary>
    public void Tend()
    {
        if (!IsStarved)
        {
            return;
        }

        if (Volatile.Read(ref _idle) > 0)
        {
            WakeOne();
            return;
        }

        var now = Stopwatch.GetTimestamp();
        if (now - _tended < TendTicks)
        {
            return;
        }

        _tended = now;
        var moving = 0;
        foreach (var thread in _threads)
        {
            moving += thread.HasMoved() ? 1 : 0;
        }

        if (moving < Environment.ProcessorCount || Volatile.Read(ref _averageTicks) > SlowTicks)
        {
            AddThreads(Math.Max(1, Math.Min(_threads.Count, _ready.Count)));
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Whether a handler has awaited since the last call.</summary>
    public bool TakeAwaited()
    {
        if (!_hasAwaited)
        {
            return false;
        }

        _hasAwaited = false;
        return true;
    }

    // The threads'.

    /// <summary>A handler awaits.</summary>
    internal void Awaits()
    {
        if (!_hasAwaited)
        {
            _hasAwaited = true;
        }
    }

    internal bool TryTakeSlot()
    {
        var taken = Volatile.Read(ref _taken);
        while (taken < _count)
        {
            var seen = Interlocked.CompareExchange(ref _taken, taken + 1, taken);
            if (seen == taken)
            {
                return true;
            }

            taken = seen;
        }

        return false;
    }

    /// <summary>A slot is free again. Any thread.</summary>
    internal void ReturnSlot()
    {
        Interlocked.Decrement(ref _taken);
        if (Volatile.Read(ref _idle) > 0 && !_ready.IsEmpty)
        {
            WakeOne();
        }
    }

    internal bool TryTakeLane(out Lane lane)
    {
        if (_isPaused || _isStopped || !_ready.TryDequeue(out lane!))
        {
            lane = null!;
            return false;
        }

        // Threads wake one another while there is work, but fast handlers need no more of them than there are cores.
        if (Volatile.Read(ref _idle) > 0 && !_ready.IsEmpty
            && (Volatile.Read(ref _averageTicks) > SlowTicks || _threads.Count - _idle < Environment.ProcessorCount))
        {
            WakeOne();
        }

        return true;
    }

    /// <summary>Waits for work; <see langword="false"/> ends the thread.</summary>
    internal bool Park()
    {
        lock (_gate)
        {
            Interlocked.Increment(ref _idle);
            while (!_isStopped && !IsStarved)
            {
                Monitor.Wait(_gate);
            }

            Interlocked.Decrement(ref _idle);
            return !_isStopped;
        }
    }

    /// <summary>A thread tells how long it took to start some handlers.</summary>
    internal void Measure(long ticks, int handlers)
    {
        var average = Volatile.Read(ref _averageTicks);
        Volatile.Write(ref _averageTicks, average + (((ticks / handlers) - average) / 8));
    }

    private void WakeOne()
    {
        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    private void AddThreads(int wanted)
    {
        for (var i = 0; i < wanted && _threads.Count < _count; i++)
        {
            var worker = new Worker(this, _handle);
            _threads.Add(worker);
            worker.Start($"{_name} worker {_threads.Count}");
        }
    }
}
