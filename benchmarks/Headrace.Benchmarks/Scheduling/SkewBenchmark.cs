using System.Diagnostics;
using Confluent.Kafka;
using Headrace.Benchmarks.Brokers;

namespace Headrace.Benchmarks.Scheduling;

/// <summary>Whether slow keys make the fast ones wait: how old records of fast keys are when they are settled, with slow keys beside them and without.</summary>
internal static class SkewBenchmark
{
    private const int FastKeys = 90;
    private const int SlowKeys = 10;
    private const double Load = 0.7;
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(77);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(7);

    public static Benchmark Create() => new(
        "skew",
        "the age of fast keys' records when they are settled, with a tenth of the keys ten times slower and without",
        [new("fast alone", Target.Chosen, (kafka, _) => RunAsync(kafka, withSlow: false)), new("with slow keys", Target.Chosen, (kafka, _) => RunAsync(kafka, withSlow: true))])
    {
        Conditions =
        [
            $"{FastKeys} keys whose handler awaits 8 ms, {SlowKeys} whose handler awaits 80 ms; {Topics.Partitions} partitions, as many workers as keys, all in one process",
            $"records arrive at random, each class at {Load:0%} of what its keys can do; the age runs from the call that produces a record",
        ],
    };

    private static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, bool withSlow)
    {
        var topic = await Topics.CreateAsync(kafka);
        var ages = new Ages(FastKeys);
        await using var member = Member.Create(kafka, topic, $"skew-{topic}", FastKeys + SlowKeys, async record =>
        {
            var (isSlow, produced) = (record.Value[0] != 0, BitConverter.ToInt64(record.Value[1..]));
            await Task.Delay(isSlow ? Slow : Fast, TimeProvider.System);
            if (!isSlow)
            {
                ages.Add(produced);
            }

            return Settlement.Settled;
        });
        await Member.StartAsync(member, Topics.Partitions);
        using var stop = new CancellationTokenSource();
        var producing = Task.Factory.StartNew(() => Produce(kafka, topic, withSlow, stop.Token), TaskCreationOptions.LongRunning);
        await Task.Delay(WarmUp, TimeProvider.System);
        ages.Begin();
        await Task.Delay(Measured, TimeProvider.System);
        var (median, high, count) = ages.End();
        await stop.CancelAsync();
        await producing;
        await Topics.DeleteAsync(kafka, topic);
        return new Dictionary<string, double> { ["p99 age, ms"] = high, ["median age, ms"] = median, ["fast records/s"] = count / Measured.TotalSeconds };
    }

    // Poisson arrivals: every millisecond what is due by then.
    private static void Produce(string kafka, string topic, bool withSlow, CancellationToken stop)
    {
        var config = ClientSettings.Producer(kafka);
        config.LingerMs = 0;
        using var producer = new ProducerBuilder<byte[], byte[]>(config).Build();
        var (keys, random, began) = (PlainClient.Keys(FastKeys + SlowKeys), new Random(3), Stopwatch.GetTimestamp());
        var rates = (Fast: FastKeys * Load / 8, Slow: withSlow ? SlowKeys * Load / 80 : 0);
        var (nextFast, nextSlow) = (0.0, withSlow ? 0.0 : double.MaxValue);
        while (!stop.IsCancellationRequested)
        {
            var now = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            for (; nextFast <= now; nextFast += -Math.Log(1 - random.NextDouble()) / rates.Fast)
            {
                Send(producer, topic, keys[random.Next(FastKeys)], isSlow: false);
            }

            for (; nextSlow <= now; nextSlow += -Math.Log(1 - random.NextDouble()) / rates.Slow)
            {
                Send(producer, topic, keys[FastKeys + random.Next(SlowKeys)], isSlow: true);
            }

            stop.WaitHandle.WaitOne(1);
        }
    }

    private static void Send(IProducer<byte[], byte[]> producer, string topic, byte[] key, bool isSlow)
    {
        var value = new byte[1 + sizeof(long)];
        value[0] = (byte)(isSlow ? 1 : 0);
        BitConverter.TryWriteBytes(value.AsSpan(1), Stopwatch.GetTimestamp());
        producer.Produce(topic, new() { Key = key, Value = value });
    }

    private sealed class Ages(int keys)
    {
        private readonly Lock _gate = new();
        private readonly List<double> _ages = new(keys * 10_000);

        public void Begin()
        {
            lock (_gate)
            {
                _ages.Clear();
            }
        }

        public void Add(long produced)
        {
            lock (_gate)
            {
                _ages.Add(Stopwatch.GetElapsedTime(produced).TotalMilliseconds);
            }
        }

        public (double Median, double High, int Count) End()
        {
            lock (_gate)
            {
                _ages.Sort();
                return (_ages[_ages.Count / 2], _ages[_ages.Count * 99 / 100], _ages.Count);
            }
        }
    }
}
