using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Serialization;
using Headrace.Schemas.Testing;
using Headrace.Tests.Testing;

namespace Headrace.Schemas.Formats;

/// <summary>Applications that speak JSON with JSON Schemas, on a broker and a registry.</summary>
public sealed class JsonSchemaFormatTests(KafkaUnderTest kafka)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SchemaIdPlace.Value)]
    [InlineData(SchemaIdPlace.Header)]
    public async Task A_message_goes_out_and_comes_in_with_its_schemas_id(SchemaIdPlace place)
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var (topic, seen, raw) = (kafka.NewName("orders"), new ConcurrentQueue<OrderPlaced>(), new ConcurrentQueue<byte[]>());
        await using var app = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace
            .UseJsonSchema(json => json.SchemaId = place)
            .AddProducer<OrderPlaced>(topic, order => order.OrderId)
            .Map(map =>
            {
                map.MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic).On((OrderPlaced order) => seen.Enqueue(order));
                map.MapConsumerGroup(kafka.NewName("audit")).MapTopic(topic).OnRecord((Record record) => raw.Enqueue(record.Value.ToArray()));
            }));
        await app.Producer<OrderPlaced>().ProduceAsync(new("o-1", 79.9m, null), cancellation: Cancellation);
        await Wait.UntilAsync("the order is handled", () => !seen.IsEmpty && !raw.IsEmpty);
        Assert.Equal(new OrderPlaced("o-1", 79.9m, null), Assert.Single(seen));
        using var client = registry.Client();
        var registered = await client.GetAsync($"{topic}-value", cancellation: Cancellation);
        Assert.Equal("JSON", registered.Schema.Type);
        byte[] prefix = place == SchemaIdPlace.Value ? [0, .. BitConverter.GetBytes(registered.Id).Reverse()] : [];
        Assert.Equal([.. prefix, .. """{"orderId":"o-1","total":79.9,"coupon":null,"quantity":1}"""u8], Assert.Single(raw));
    }

    [Fact]
    public async Task What_is_not_what_its_schema_says_is_neither_produced_nor_handled()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var (topic, seen) = (kafka.NewName("orders"), new ConcurrentQueue<OrderPlaced>());
        var schema = JsonSchema.Parse("""{"$schema":"http://json-schema.org/draft-07/schema#","title":"OrderPlaced","type":"object","properties":{"total":{"type":"number","minimum":0}}}""");
        await using var app = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace
            .UseJsonSchema(json => json.UseSchema<OrderPlaced>(schema))
            .AddProducer<OrderPlaced>(topic, order => order.OrderId)
            .Map(map => map.MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic).On((OrderPlaced order) => seen.Enqueue(order))));
        var refused = await Assert.ThrowsAsync<JsonValidationException>(() => app.Producer<OrderPlaced>().ProduceAsync(new("o-1", -1, null), cancellation: Cancellation).AsTask());
        Assert.Equal(("/total", "minimum"), (refused.Violations[0].Path, refused.Violations[0].Keyword));
        await app.Producer<OrderPlaced>().ProduceAsync(new("o-2", 1, null), cancellation: Cancellation);
        using var client = registry.Client();
        var id = (await client.GetAsync($"{topic}-value", cancellation: Cancellation)).Id;
        await using var plain = new RecordProducer(kafka.ClientSettings, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        foreach (var json in (string[])["""{"orderId":"o-3","total":-5}""", """{"total":1,"total":-5}""", "{", new string('[', 10_000)])
        {
            await plain.ProduceAsync(new(topic, "o-3", (byte[])[0, .. BitConverter.GetBytes(id).Reverse(), .. Encoding.UTF8.GetBytes(json)]), Cancellation);
        }

        await Wait.UntilAsync("all are settled", () => app.Group is { Handled: 1, DeadLettered: 4 });
        Assert.Equal("o-2", Assert.Single(seen).OrderId);
    }

    [Fact]
    public async Task A_compatible_change_runs_beside_the_old_consumer_and_an_incompatible_one_does_not_start()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var (topic, seen) = (kafka.NewName("orders"), new ConcurrentQueue<OrderPlaced>());
        await using var old = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace.UseJsonSchema()
            .AddProducer<OrderPlaced>(topic, order => order.OrderId)
            .Map(map => map.MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic).On((OrderPlaced order) => seen.Enqueue(order))));
        using var client = registry.Client();
        await client.SetCompatibilityAsync(SchemaCompatibility.Backward, $"{topic}-value", Cancellation);
        await using (var next = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace.UseJsonSchema().AddProducer<OrderWithNote>(topic, order => order.OrderId)))
        {
            await next.Producer<OrderWithNote>().ProduceAsync(new("o-1", 1, null, "ring twice"), cancellation: Cancellation);
            await Wait.UntilAsync("the old consumer handles it", () => !seen.IsEmpty);
        }

        var refused = await Assert.ThrowsAsync<HeadraceConfigurationException>(() => AppUnderTest.StartAsync(
            kafka, registry.Url, headrace => headrace.UseJsonSchema().AddProducer<OrderWithCustomer>(topic, order => order.OrderId)));
        Assert.Contains("$.customer: the reader requires it", refused.Message, StringComparison.Ordinal);
        Assert.Contains("NewFieldHasDefault", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_types_schema_is_closed_and_says_what_is_required()
    {
        var schema = new JsonSchemaFormat().SchemaOf<Shape>().Root;
        Assert.Equal("Shape", (string?)schema["title"]);
        Assert.Equal("""["name"]""", schema["required"]!.ToJsonString());
        Assert.False((bool)schema["additionalProperties"]!);
        Assert.Equal("#", (string?)schema["properties"]!["parent"]!["$ref"] ?? "#");
    }

    private sealed record OrderPlaced(string OrderId, decimal Total, string? Coupon, int Quantity = 1);

    [MessageType("OrderPlaced")]
    private sealed record OrderWithNote(string OrderId, decimal Total, string? Coupon, string? Note, int Quantity = 1);

    [MessageType("OrderPlaced")]
    private sealed record OrderWithCustomer(string OrderId, decimal Total, string? Coupon, string Customer, int Quantity = 1);

    private sealed record Shape(string Name, Shape? Parent, [property: JsonIgnore] int Ignored = 0);
}
