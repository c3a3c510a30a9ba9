using System.Diagnostics;

namespace Headrace.Benchmarks.Consuming;

/// <summary>
/// The part of a run that is measured: from half of the records to nine tenths, when the code is compiled for good and the client's queue is
/// as full at the end as it was at the beginning. Any thread may count.
/// </summary>
internal sealed class Window(int total)
{
    private readonly int _from = total / 2;
    private readonly int _to = total / 10 * 9;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private long _started;
    private long _bytesBefore;
    private TimeSpan _elapsed;
    private long _bytes;

    /// <summary>Completes when every record was counted.</summary>
    public Task Done => _done.Task;

    public IReadOnlyDictionary<string, double> Values => new Dictionary<string, double>
    {
        [Metrics.RecordsPerSecond] = (_to - _from) / _elapsed.TotalSeconds,
        [Metrics.BytesPerRecord] = (double)_bytes / (_to - _from),
    };

    public void Count()
    {
        var count = Interlocked.Increment(ref _count);
        if (count == _from)
        {
            _bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
            _started = Stopwatch.GetTimestamp();
        }
        else if (count == _to)
        {
            _elapsed = Stopwatch.GetElapsedTime(_started);
            _bytes = GC.GetTotalAllocatedBytes(precise: true) - _bytesBefore;
        }
        else if (count == total)
        {
            _done.SetResult();
        }
    }
}
