using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Headrace.Benchmarks.Latency;

/// <summary>One record at a time: it is produced with the clock's time in it, and the next follows when it was consumed.</summary>
internal sealed class Ping
{
    public const int Samples = 20_000;
    private const int WarmUp = 3_000;
    private readonly List<double> _microseconds = new(Samples + WarmUp);
    private readonly SemaphoreSlim _arrived = new(0);

    /// <summary>Sends until there are enough samples.</summary>
    public async Task<IReadOnlyDictionary<string, double>> RunAsync(Action<byte[]> produce)
    {
        for (var i = 0; i < Samples + WarmUp; i++)
        {
            produce(BitConverter.GetBytes(Stopwatch.GetTimestamp()));
            if (!await _arrived.WaitAsync(TimeSpan.FromSeconds(30)))
            {
                throw new BenchmarkException("A record did not arrive within 30 s.");
            }
        }

        var sorted = _microseconds[WarmUp..];
        sorted.Sort();
        return new Dictionary<string, double>
        {
            [Metrics.MedianLatency] = sorted[Samples / 2],
            [Metrics.TailLatency] = sorted[Samples / 100 * 99],
        };
    }

    /// <summary>One at a time.</summary>
    public void Arrived(ReadOnlySpan<byte> value)
    {
        _microseconds.Add(Stopwatch.GetElapsedTime(MemoryMarshal.Read<long>(value)).TotalMicroseconds);
        _arrived.Release();
    }
}
