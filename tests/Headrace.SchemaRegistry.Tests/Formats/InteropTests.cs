using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Headrace.Schemas.Testing;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Schemas.Formats;

/// <summary>Records of applications that use Avro's library for Java and a registry, as most on Kafka do, beside ours.</summary>
public sealed class InteropTests(KafkaUnderTest kafka)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kafkas_console_consumer_and_the_Java_library_read_what_we_produce()
    {
        using var java = JavaAvro.Start();
        await using var registry = await RegistryUnderTest.StartAsync();
        var topic = kafka.NewName("orders");
        var orders = Random(new Random(31), 20);
        await using var app = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace.UseAvro().AddProducer<OrderPlaced>(topic, _ => RecordKey.None));
        foreach (var order in orders)
        {
            await app.Producer<OrderPlaced>().ProduceAsync(order, cancellation: Cancellation);
        }

        var read = (await ConsoleConsumer.ReadAsync(kafka.Address, topic, orders.Count)).ConvertAll(value => (Value: value, Read: java.Read(registry.Url, Convert.ToHexStringLower(value))));
        Assert.All(read, value => Assert.Equal(Convert.ToHexStringLower(value.Value), value.Read.Bytes));
        Assert.Equal(orders.Select(Text).Order(StringComparer.Ordinal), read.Select(value => JsonNode.Parse(value.Read.Json)!.ToJsonString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_the_Java_library_writes_with_a_schema_it_registered_is_handled()
    {
        using var java = JavaAvro.Start();
        await using var registry = await RegistryUnderTest.StartAsync();
        var (topic, seen, orders) = (kafka.NewName("orders"), new ConcurrentQueue<OrderPlaced>(), Random(new Random(37), 20));
        var schema = new AvroCodec<OrderPlaced>().Schema.ToString();
        await using var app = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace.UseAvro()
            .Map(map => map.MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic).On((OrderPlaced order) => seen.Enqueue(order))));
        await using var plain = new RecordProducer(kafka.ClientSettings, NullLoggerFactory.Instance);
        foreach (var order in orders)
        {
            await plain.ProduceAsync(new(topic, order.OrderId, java.Write(registry.Url, $"{topic}-value", schema, Text(order))), Cancellation);
        }

        await Wait.UntilAsync("all are handled", () => seen.Count == orders.Count);
        Assert.Equal(orders.OrderBy(order => order.OrderId, StringComparer.Ordinal), seen.OrderBy(order => order.OrderId, StringComparer.Ordinal));
    }

    private static List<OrderPlaced> Random(Random random, int count) =>
    [
        .. Enumerable.Range(0, count).Select(number => new OrderPlaced(
            $"o-{number}", random.NextInt64(-(1L << random.Next(62)), 1L << random.Next(62)), random.Next(3) == 0 ? null : new string('é', random.Next(200)), random.Next(-1000, 1000) / 8d, random.Next(2) == 0)),
    ];

    private static string Text(OrderPlaced order) => new JsonObject
    {
        ["orderId"] = order.OrderId,
        ["units"] = order.Units,
        ["coupon"] = order.Coupon is null ? null : new JsonObject { ["string"] = order.Coupon },
        ["weight"] = JsonNode.Parse(order.Weight.ToString("0.0##", CultureInfo.InvariantCulture)),
        ["isGift"] = order.IsGift,
    }.ToJsonString();

    [AvroName("shop.OrderPlaced")]
    private sealed record OrderPlaced(string OrderId, long Units, string? Coupon, double Weight, bool IsGift);
}
