using Confluent.Kafka;

namespace Headrace.Benchmarks.Producing;

/// <summary>The usual managed client, with a delivery callback for every record.</summary>
internal static class ConfluentProducer
{
    public static Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, string prepared) => Load.MeasureAsync(kafka, (load, count) => Task.Run(() =>
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(ProduceSettings.Confluent(kafka)).Build();
        Action<DeliveryReport<byte[], byte[]>> onDelivered = report => load.Acknowledge(!report.Error.IsError);
        load.Run(count, i => producer.Produce(load.Topic, new() { Key = load.Keys[i % load.Keys.Length], Value = load.Value }, onDelivered));
    }));
}
