using System.Diagnostics;

namespace Headrace.Benchmarks.Consuming;

/// <summary>
/// The part of a run that is measured: from half of the records to nine tenths, when the code is compiled for good and the client's queue is
/// as full at the end as it was at the beginning. Any thread may count; each tells the others of every sixty-fourth record only, so that counting is
/// not what is measured.
/// </summary>
internal sealed class Window(int total) : IDisposable
{
    private const int Step = 64;
    private const int MostThreads = 1_000;

    private readonly int _from = total / 2;
    private readonly int _to = total / 10 * 9;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ThreadLocal<Tally> _tallies = new(static () => new(), trackAllValues: true);
    private int _count;
    private (long Time, TimeSpan Cpu, long Bytes) _before;
    private (TimeSpan Elapsed, TimeSpan Cpu, long Bytes) _measured;

    /// <summary>Completes when every record was counted, or all but less than a step of every thread.</summary>
    public Task Done => _done.Task;

    public IReadOnlyDictionary<string, double> Values => new Dictionary<string, double>
    {
        [Metrics.RecordsPerSecond] = (_to - _from) / _measured.Elapsed.TotalSeconds,
        [Metrics.CpuPerRecord] = _measured.Cpu.TotalNanoseconds / (_to - _from),
        [Metrics.BytesPerRecord] = (double)_measured.Bytes / (_to - _from),
    };

    public void Count()
    {
        var tally = _tallies.Value!;
        if (++tally.Count % Step == 0)
        {
            Add();
        }
    }

    public void Dispose() => _tallies.Dispose();

    private void Add()
    {
        var count = Interlocked.Add(ref _count, Step);
        if (IsAt(count, _from))
        {
            _before = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        }
        else if (IsAt(count, _to))
        {
            _measured = (Stopwatch.GetElapsedTime(_before.Time), Environment.CpuUsage.TotalTime - _before.Cpu, GC.GetTotalAllocatedBytes(precise: true) - _before.Bytes);
        }
        else if (total - count < Step * MostThreads && total - count < Step * _tallies.Values.Count)
        {
            _done.TrySetResult();
        }
    }

    private static bool IsAt(int count, int mark) => count >= mark && count - Step < mark;

    private sealed class Tally
    {
        public int Count { get; set; }
    }
}
