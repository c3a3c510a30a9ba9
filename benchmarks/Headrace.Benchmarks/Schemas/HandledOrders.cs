using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Headrace.Benchmarks.Brokers;
using Headrace.Benchmarks.Consuming;

namespace Headrace.Benchmarks.Schemas;

/// <summary>A backlog of orders, as JSON or as Avro, through a consumer group.</summary>
internal static class HandledOrders
{
    public const int Count = 1_000_000;

    public static async Task<IReadOnlyDictionary<string, double>> RunAsync(string kafka, bool isAvro)
    {
        await using var registry = await DevSchemaRegistry.StartAsync();
        using var client = new SchemaRegistryClient(new() { Url = registry.Url });
        var codec = new AvroCodec<Order>();
        var id = await client.RegisterAsync("orders-value", new(codec.Schema.ToString()));
        var topic = await Topics.CreateAsync(kafka);
        IReadOnlyList<byte[]> samples = OrderJson.CreateSamples();
        await Task.Run(() => PlainClient.Produce(kafka, topic, Count, isAvro ? [.. samples.Select(json => Avro(codec, id, json))] : samples));
        return await HeadraceGroup.RunAsync(kafka, topic, Count, isAvro ? headrace => headrace.UseAvro().AddSchemaRegistry(options => options.Url = registry.Url) : null);
    }

    private static byte[] Avro(AvroCodec<Order> codec, int id, byte[] json)
    {
        var value = new ArrayBufferWriter<byte>();
        BinaryPrimitives.WriteInt32BigEndian(value.GetSpan(5)[1..], id);
        value.Advance(5);
        codec.Encode(JsonSerializer.Deserialize(json, OrderJson.Default.Order)!, value);
        return value.WrittenSpan.ToArray();
    }
}
