using System.Text.Json;
using Headrace.Benchmarks.Brokers;
using Headrace.Clients.Native;

namespace Headrace.Benchmarks.Consuming;

/// <summary>
/// The floor: the native client alone, records taken in batches, deserialized where they lie and freed, in one loop. No group, no order but the
/// partition's, no commits: what Headrace costs is measured from here.
/// </summary>
internal static class NativeLoop
{
    public static Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string topic)
    {
        using var window = new Window(ConsumeBenchmark.Count);
        var handler = new OrderHandler(window);
        using var configuration = new NativeConfiguration();
        foreach (var (name, value) in ClientSettings.Fetching.Append(new("bootstrap.servers", kafka)).Append(new("group.id", "native")))
        {
            _ = configuration.TrySet(name, value, out _);
        }

        using var consumer = new ConsumerHandle(configuration, EventKinds.Error);
        using var signal = new QueueSignal();
        consumer.Queue.Watch(signal);
        using var partitions = new TopicPartitionList(Enumerable.Range(0, Topics.Partitions).Select(number => new TopicPartitionEntry(topic, number, 0)));
        consumer.Assign(partitions);
        var batch = new NativeMessage[512];
        while (!window.Done.IsCompleted)
        {
            if (TakeBatch(consumer.Queue, batch, handler) == 0 && !signal.Wait(TimeSpan.FromSeconds(30)))
            {
                throw new BenchmarkException("No record came for 30 s.");
            }
        }

        return Task.FromResult(window.Values);
    }

    private static int TakeBatch(QueueHandle queue, NativeMessage[] batch, OrderHandler handler)
    {
        var messages = batch.AsSpan(0, queue.ConsumeBatch(batch));
        foreach (var message in messages)
        {
            if (message.Error == ErrorCode.None)
            {
                handler.Handle(JsonSerializer.Deserialize(message.ValueBytes, OrderJson.Default.Order)!);
            }

            message.Destroy();
        }

        return messages.Length;
    }
}
