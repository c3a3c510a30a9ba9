using System.Diagnostics;
using Confluent.Kafka;
using Headrace.Benchmarks.Brokers;

namespace Headrace.Benchmarks.Scheduling;

/// <summary>Records over 1,000 keys at a steady rate, until it is told to stop.</summary>
internal static class PacedLoad
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(10);

    /// <summary>Runs on a thread of its own; gives the number of records, all of them acknowledged.</summary>
    public static Task<int> Start(string kafka, string topic, int perSecond, CancellationToken stop) =>
        Task.Factory.StartNew(() => Produce(kafka, topic, perSecond, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static int Produce(string kafka, string topic, int perSecond, CancellationToken stop)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(ClientSettings.Producer(kafka)).Build();
        var (keys, count, delivered, began) = (PlainClient.Keys(1_000), 0, 0, Stopwatch.GetTimestamp());
        void OnDelivery(DeliveryReport<byte[], byte[]> report) => Interlocked.Add(ref delivered, report.Error.IsError ? 0 : 1);

        while (!stop.IsCancellationRequested)
        {
            for (var due = Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond; count < due; count++)
            {
                producer.Produce(topic, new() { Key = keys[count % keys.Count], Value = new byte[16] }, OnDelivery);
            }

            stop.WaitHandle.WaitOne(Turn);
        }

        producer.Flush(TimeSpan.FromSeconds(30));
        return delivered == count ? count : throw new BenchmarkException($"{count - delivered} of {count} records were not acknowledged.");
    }
}
