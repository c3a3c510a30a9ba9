using System.Diagnostics;
using Confluent.Kafka;

namespace Headrace.Benchmarks.Brokers;

/// <summary>The usual managed client, produced and consumed with in the plainest way.</summary>
internal static class PlainClient
{
    /// <summary>Keys as applications have them.</summary>
    public static IReadOnlyList<byte[]> Keys(int count) => [.. Enumerable.Range(0, count).Select(number => System.Text.Encoding.UTF8.GetBytes($"c-{number:000000}"))];

    /// <summary>The same keys in a random order that is the same every time, each as often as it comes.</summary>
    public static IReadOnlyList<byte[]> RandomKeys(int keys, int records)
    {
        var (all, random) = (Keys(keys), new Random(1));
        return [.. Enumerable.Range(0, records).Select(_ => all[random.Next(keys)])];
    }

    /// <summary>Produces records of these values, in turn, over 1,000 keys. Returns when the broker has acknowledged all.</summary>
    public static TimeSpan Produce(string kafka, string topic, int count, IReadOnlyList<byte[]> values) => Produce(kafka, topic, count, values, Keys(1_000));

    /// <summary>Produces records of these values and keys, in turn. Returns when the broker has acknowledged all.</summary>
    public static TimeSpan Produce(string kafka, string topic, int count, IReadOnlyList<byte[]> values, IReadOnlyList<byte[]> keys)
    {
        var (delivered, failed) = (0, 0);
        void OnDelivery(DeliveryReport<byte[], byte[]> report) => Interlocked.Increment(ref report.Error.IsError ? ref failed : ref delivered);

        using var producer = new ProducerBuilder<byte[], byte[]>(ClientSettings.Producer(kafka)).Build();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var message = new Message<byte[], byte[]> { Key = keys[i % keys.Count], Value = values[i % values.Count] };
            while (!TryProduce(producer, topic, message, OnDelivery))
            {
                producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }

        producer.Flush(TimeSpan.FromMinutes(2));
        return delivered == count ? Stopwatch.GetElapsedTime(started) : throw new BenchmarkException($"{failed} of {count} records were not acknowledged.");
    }

    /// <summary>Consumes this many records in a new group; the time runs from the first record to the last.</summary>
    public static TimeSpan Consume(string kafka, string topic, int count)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(ClientSettings.Consumer(kafka, $"group-{topic}")).Build();
        consumer.Subscribe(topic);
        long started = 0;
        for (var i = 0; i < count; i++)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(30)) is null)
            {
                throw new BenchmarkException($"{i} of {count} records came, then none for 30 s.");
            }

            started = started == 0 ? Stopwatch.GetTimestamp() : started;
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        consumer.Close();
        return elapsed;
    }

    private static bool TryProduce(IProducer<byte[], byte[]> producer, string topic, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> onDelivery)
    {
        try
        {
            producer.Produce(topic, message, onDelivery);
            return true;
        }
        catch (ProduceException<byte[], byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }
}
