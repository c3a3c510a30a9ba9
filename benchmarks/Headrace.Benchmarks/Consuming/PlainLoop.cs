using System.Text.Json;
using Confluent.Kafka;
using Headrace.Benchmarks.Brokers;

namespace Headrace.Benchmarks.Consuming;

/// <summary>What one writes without a framework: consume, deserialize, handle, in one loop.</summary>
internal static class PlainLoop
{
    public static Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string topic)
    {
        using var window = new Window(ConsumeBenchmark.Count);
        var handler = new OrderHandler(window);
        using var consumer = new ConsumerBuilder<byte[], byte[]>(ClientSettings.Consumer(kafka, $"plain-{Guid.NewGuid():N}")).Build();
        consumer.Subscribe(topic);
        while (!window.Done.IsCompleted)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new BenchmarkException("No record came for 30 s.");
            handler.Handle(JsonSerializer.Deserialize(result.Message.Value, OrderJson.Default.Order)!);
        }

        consumer.Close();
        return Task.FromResult(window.Values);
    }
}
