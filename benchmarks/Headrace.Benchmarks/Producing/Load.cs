using System.Diagnostics;
using Headrace.Benchmarks.Brokers;

namespace Headrace.Benchmarks.Producing;

/// <summary>What every producer here sends: records of 100 B over 1,000 keys, at most so many in flight. One thread produces.</summary>
internal sealed class Load : IDisposable
{
    public const int Count = 1_000_000;
    public const int WarmUp = 200_000;
    public const int InFlight = 50_000;
    private const int Look = 50;
    private readonly ManualResetEvent _pause = new(false);
    private long _acknowledged;

    public string Topic { get; private init; } = "";

    public byte[] Value { get; } = new byte[100];

    public byte[][] Keys { get; } = [.. Enumerable.Range(0, 1_000).Select(number => System.Text.Encoding.UTF8.GetBytes($"c-{number:000000}"))];

    /// <summary>Runs a producer on a topic of its own, first to warm up; gives rate, processor time and allocations per record.</summary>
    /// <param name="kafka">The broker's address.</param>
    /// <param name="produceAsync">Takes the load and a number of records; returns when all are acknowledged.</param>
    public static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(string kafka, Func<Load, int, Task> produceAsync)
    {
        using var load = new Load { Topic = await Topics.CreateAsync(kafka) };
        new Random(1).NextBytes(load.Value);
        await produceAsync(load, WarmUp);
        var process = Process.GetCurrentProcess();
        var (bytes, processor, started) = (GC.GetTotalAllocatedBytes(precise: true), process.TotalProcessorTime, Stopwatch.GetTimestamp());
        await produceAsync(load, Count);
        var elapsed = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        var values = new Dictionary<string, double>
        {
            [Metrics.RecordsPerSecond] = Count / elapsed.TotalSeconds,
            [Metrics.CpuPerRecord] = (process.TotalProcessorTime - processor).TotalNanoseconds / Count,
            [Metrics.BytesPerRecord] = (double)(GC.GetTotalAllocatedBytes(precise: true) - bytes) / Count,
        };
        await Topics.DeleteAsync(kafka, load.Topic);
        return values;
    }

    /// <summary>Produces with callbacks, which call <see cref="Acknowledge"/>.</summary>
    public void Run(int count, Action<int> produce)
    {
        Volatile.Write(ref _acknowledged, 0);
        for (var i = 0; i < count; i++)
        {
            // Looked at now and then: the other thread writes it for every record.
            while (i % Look == 0 && i - Volatile.Read(ref _acknowledged) > InFlight - Look)
            {
                _pause.WaitOne(1);
            }

            produce(i);
        }

        while (Volatile.Read(ref _acknowledged) < count)
        {
            _pause.WaitOne(1);
        }
    }

    /// <summary>From one thread, the producer's own.</summary>
    public void Acknowledge(bool isStored)
    {
        if (!isStored)
        {
            throw new BenchmarkException("A record was not acknowledged.");
        }

        Volatile.Write(ref _acknowledged, _acknowledged + 1);
    }

    public void Dispose() => _pause.Dispose();
}
