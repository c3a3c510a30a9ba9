using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Headrace.Benchmarks.Brokers;
using Headrace.Benchmarks.Scheduling;

namespace Headrace.Benchmarks.Consuming;

/// <summary>Consuming for as long as one likes, with keys that never come again: memory must not grow.</summary>
internal static class SoakBenchmark
{
    private const int PerSecond = 10_000;
    private const int MegaByte = 1024 * 1024;
    private static readonly TimeSpan Sample = TimeSpan.FromSeconds(2);

    public static Benchmark Create() => new(
        "soak",
        $"about {PerSecond:#,0} records/s for --minutes: memory at the end and at the beginning",
        [new("headrace", Target.Chosen, RunAsync)])
    {
        PrepareAsync = PrepareAsync,
        ComparesCases = false,
        IsEndless = true,
        Conditions =
        [
            $"{Topics.Partitions} partitions of which the broker keeps little, every key used once; producer and consumer in one process",
            "memory: the median of the last fifth of the time against the median of the second fifth; lag: the most that was unhandled in the last fifth",
        ],
    };

    private static async Task<string> PrepareAsync(string kafka, Arguments arguments, CancellationToken cancellation)
    {
        var topic = await Topics.CreateAsync(kafka, settings: new() { ["retention.bytes"] = "8388608", ["segment.bytes"] = "1048576" });
        return $"{topic},{arguments.Minutes}";
    }

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string prepared)
    {
        var (topic, minutes) = (prepared.Split(',')[0], int.Parse(prepared.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture));
        long handled = 0;
        await using var member = Member.Create(kafka, topic, $"soak-{topic}", workers: 4, record =>
        {
            Interlocked.Increment(ref handled);
            return new(Settlement.Settled);
        });
        member.Start();
        using var stop = new CancellationTokenSource();
        long produced = 0;
        var producing = Task.Factory.StartNew(() => Produce(kafka, topic, ref produced, stop.Token), TaskCreationOptions.LongRunning);
        var samples = new List<(double WorkingSet, double Heap, double Lag)>();
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(minutes);)
        {
            await Task.Delay(Sample, TimeProvider.System);
            samples.Add((Environment.WorkingSet / (double)MegaByte, GC.GetTotalMemory(forceFullCollection: true) / (double)MegaByte, Volatile.Read(ref produced) - Interlocked.Read(ref handled)));
        }

        await stop.CancelAsync();
        await producing;
        var fifth = Math.Max(1, samples.Count / 5);
        var (early, late) = (samples.Skip(fifth).Take(fifth).ToList(), samples.TakeLast(fifth).ToList());
        return new Dictionary<string, double>
        {
            ["working set early, MB"] = Median(early.Select(static sample => sample.WorkingSet)),
            ["working set late, MB"] = Median(late.Select(static sample => sample.WorkingSet)),
            ["heap early, MB"] = Median(early.Select(static sample => sample.Heap)),
            ["heap late, MB"] = Median(late.Select(static sample => sample.Heap)),
            ["lag, records"] = late.Max(static sample => sample.Lag),
            ["records"] = Interlocked.Read(ref handled),
        };
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    private static void Produce(string kafka, string topic, ref long produced, CancellationToken stop)
    {
        var config = ClientSettings.Producer(kafka);
        config.EnableDeliveryReports = false;
        using var producer = new ProducerBuilder<byte[], byte[]>(config).Build();
        var value = new byte[100];
        while (!stop.IsCancellationRequested)
        {
            for (var i = 0; i < PerSecond / 100; i++)
            {
                producer.Produce(topic, new() { Key = Encoding.UTF8.GetBytes($"key-{produced}"), Value = value });
                Interlocked.Increment(ref produced);
            }

            stop.WaitHandle.WaitOne(10);
        }

        producer.Flush(TimeSpan.FromSeconds(10));
    }
}
