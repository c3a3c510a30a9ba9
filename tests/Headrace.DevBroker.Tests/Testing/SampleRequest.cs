using Headrace.Broker.Requests;

namespace Headrace.Broker.Tests.Testing;

/// <summary>The requests that many tests send.</summary>
internal static class SampleRequest
{
    public static ProduceRequest Produce(string topic, TestBatch batch, int partition = 0, short acks = -1) => Produce(topic, batch.ToBytes(), partition, acks);

    public static ProduceRequest Produce(string topic, byte[] records, int partition = 0, short acks = -1) => new()
    {
        Acks = acks,
        TimeoutMs = 10_000,
        Topics = [new() { Name = topic, Partitions = [new() { Index = partition, Records = new(records) }] }],
    };

    public static FetchRequest Fetch(Guid topic, long offset, int maxWaitMs = 0, int minBytes = 1, int maxBytes = 50_000_000, int partitionMaxBytes = 1_000_000) => new()
    {
        MaxWaitMs = maxWaitMs,
        MinBytes = minBytes,
        MaxBytes = maxBytes,
        Topics = [new() { Id = topic, Partitions = [new() { FetchOffset = offset, MaxBytes = partitionMaxBytes }] }],
    };
}
