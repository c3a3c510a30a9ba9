using System.Collections.Concurrent;
using System.Text;
using Headrace.Schemas.Testing;
using Headrace.Tests.Testing;

namespace Headrace.Schemas.Formats;

/// <summary>Applications that speak Avro, on a broker and a registry.</summary>
public sealed class AvroFormatTests(KafkaUnderTest kafka)
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
            .UseAvro(avro => avro.SchemaId = place)
            .AddProducer<OrderPlaced>(topic, order => order.OrderId)
            .Map(map =>
            {
                map.MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic).On((OrderPlaced order) => seen.Enqueue(order));
                map.MapConsumerGroup(kafka.NewName("audit")).MapTopic(topic).OnRecord((Record record) => raw.Enqueue(record.Value.ToArray()));
            }));
        await app.Producer<OrderPlaced>().ProduceAsync(new("o-1", 79.9m), cancellation: Cancellation);
        await Wait.UntilAsync("the order is handled", () => !seen.IsEmpty && !raw.IsEmpty);
        Assert.Equal(new OrderPlaced("o-1", 79.9m), Assert.Single(seen));
        using var client = registry.Client();
        var id = (await client.GetAsync($"{topic}-value", cancellation: Cancellation)).Id;
        const string plain = "066f2d31041f36";
        Assert.Equal(place == SchemaIdPlace.Value ? $"00{id:x8}{plain}" : plain, Convert.ToHexStringLower(Assert.Single(raw)));
    }

    [Fact]
    public async Task Outside_Development_a_schema_that_is_not_registered_is_a_fault_at_start()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var topic = kafka.NewName("orders");
        var refused = await Assert.ThrowsAsync<HeadraceConfigurationException>(() => AppUnderTest.StartAsync(
            kafka, registry.Url, headrace => headrace.UseAvro().AddProducer<OrderPlaced>(topic, order => order.OrderId), "Production"));
        Assert.Contains($"Topic '{topic}' cannot be produced to: The subject '{topic}-value'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("does not have the schema of shop.OrderPlaced", refused.Message, StringComparison.Ordinal);
        using var client = registry.Client();
        await client.RegisterAsync($"{topic}-value", new(new AvroCodec<OrderPlaced>().Schema.ToString()), Cancellation);
        await using var app = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace.UseAvro().AddProducer<OrderPlaced>(topic, order => order.OrderId), "Production");
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task A_type_that_its_subject_does_not_accept_is_a_fault_at_start_that_names_field_and_rule(string environment)
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var topic = kafka.NewName("orders");
        using var client = registry.Client();
        await client.RegisterAsync($"{topic}-value", new("""{"type":"record","name":"OrderPlaced","namespace":"shop","fields":[{"name":"orderId","type":"string"}]}"""), Cancellation);
        await client.SetCompatibilityAsync(SchemaCompatibility.Backward, $"{topic}-value", Cancellation);
        var refused = await Assert.ThrowsAsync<HeadraceConfigurationException>(() => AppUnderTest.StartAsync(
            kafka, registry.Url, headrace => headrace.UseAvro().AddProducer<OrderPlaced>(topic, order => order.OrderId), environment));
        Assert.Contains($"The subject '{topic}-value' does not accept the schema of shop.OrderPlaced (Backward): $.total: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("has no default (NewFieldHasDefault)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_whose_schema_is_not_known_waits_while_the_registry_is_away()
    {
        var (folder, topic, seen) = (Directory.CreateTempSubdirectory("headrace-registry").FullName, kafka.NewName("orders"), new ConcurrentQueue<OrderPlaced>());
        try
        {
            var registry = await DevSchemaRegistry.StartAsync(new() { Folder = folder }, Cancellation);
            var (url, port) = (registry.Url, new Uri(registry.Url).Port);
            await using (var writer = await AppUnderTest.StartAsync(kafka, url, headrace => headrace.UseAvro().AddProducer<OrderPlaced>(topic, order => order.OrderId)))
            {
                await registry.DisposeAsync();
                // What is known works on.
                await writer.Producer<OrderPlaced>().ProduceAsync(new("o-1", 1), cancellation: Cancellation);
            }

            await using var reader = await AppUnderTest.StartAsync(kafka, url, headrace => headrace.UseAvro()
                .Map(map => map.MapConsumerGroup(kafka.NewName("billing")).WithFailurePolicy(policy => policy.Attempts = 1).MapTopic(topic).On((OrderPlaced order) => seen.Enqueue(order))));
            await Wait.UntilAsync("the record waits", () => reader.Group.Retried >= 2);
            Assert.Equal((0, 0), (reader.Group.Handled, reader.Group.DeadLettered));
            registry = await DevSchemaRegistry.StartAsync(new() { Folder = folder, Port = port }, Cancellation);
            await Wait.UntilAsync("the order is handled", () => !seen.IsEmpty);
            Assert.Equal(0, reader.Group.DeadLettered);
            await registry.DisposeAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_producer_that_started_without_its_registry_begins_when_it_is_back()
    {
        var topic = kafka.NewName("orders");
        var registry = await DevSchemaRegistry.StartAsync(cancellation: Cancellation);
        var (url, port) = (registry.Url, new Uri(registry.Url).Port);
        await registry.DisposeAsync();
        await using var app = await AppUnderTest.StartAsync(kafka, url, headrace => headrace.UseAvro().AddProducer<OrderPlaced>(topic, order => order.OrderId));
        var away = await Assert.ThrowsAsync<FormatUnavailableException>(() => app.Producer<OrderPlaced>().ProduceAsync(new("o-1", 1), cancellation: Cancellation).AsTask());
        Assert.Contains($"A OrderPlaced cannot be written to '{topic}'", away.Message, StringComparison.Ordinal);
        registry = await DevSchemaRegistry.StartAsync(new() { Port = port }, Cancellation);
        await Wait.UntilAsync("the order is produced", async () =>
        {
            try
            {
                await app.Producer<OrderPlaced>().ProduceAsync(new("o-1", 1), cancellation: Cancellation);
                return true;
            }
            catch (FormatUnavailableException)
            {
                return false;
            }
        });
        await registry.DisposeAsync();
    }

    [Fact]
    public async Task Several_types_on_a_topic_are_told_apart_by_their_schemas()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var (topic, seen) = (kafka.NewName("orders"), new ConcurrentQueue<object>());
        await using var app = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace
            .UseAvro(avro => avro.Subjects = SubjectStrategy.TopicRecord)
            .AddProducer<OrderPlaced>(topic, order => order.OrderId)
            .AddProducer<OrderCancelled>(topic, order => order.OrderId)
            .Map(map =>
            {
                var orders = map.MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic);
                orders.On((OrderPlaced order) => seen.Enqueue(order));
                orders.On((OrderCancelled order) => seen.Enqueue(order));
            }));
        await app.Producer<OrderPlaced>().ProduceAsync(new("o-1", 1), cancellation: Cancellation);
        await app.Producer<OrderCancelled>().ProduceAsync(new("o-1", "late"), cancellation: Cancellation);
        await Wait.UntilAsync("both are handled", () => seen.Count == 2);
        Assert.Equal([new OrderPlaced("o-1", 1), new OrderCancelled("o-1", "late")], seen);
        using var client = registry.Client();
        Assert.Superset(new HashSet<string> { $"{topic}-shop.OrderPlaced", $"{topic}-shop.OrderCancelled" }, (await client.GetSubjectsAsync(Cancellation)).ToHashSet());
    }

    [Fact]
    public async Task A_topic_that_moves_from_JSON_to_Avro_is_read_in_both_and_what_is_neither_is_dead_lettered()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var (topic, seen) = (kafka.NewName("orders"), new ConcurrentQueue<OrderPlaced>());
        await using var app = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace
            .UseAvro(avro => avro.Fallback = new JsonFormat())
            .AddProducer<OrderPlaced>(topic, order => order.OrderId)
            .Map(map => map.MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic).On((OrderPlaced order) => seen.Enqueue(order))));
        await using var plain = new RecordProducer(kafka.ClientSettings, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        foreach (var value in (byte[][])[Encoding.UTF8.GetBytes("""{"orderId":"o-1","total":2.5}"""), [0, 0x7F, 0xFF, 0xFF, 0xFF, 1], [0, 1, 2], [1, 2, 3]])
        {
            await plain.ProduceAsync(new(topic, "o-1", value), Cancellation);
        }

        await app.Producer<OrderPlaced>().ProduceAsync(new("o-1", 3), cancellation: Cancellation);
        await Wait.UntilAsync("all are settled", () => app.Group is { Handled: 2, DeadLettered: 3 });
        Assert.Equal([2.5m, 3], seen.Select(order => order.Total));
    }

    [AvroName("shop.OrderPlaced")]
    private sealed record OrderPlaced(string OrderId, [property: AvroDecimal(12, 2)] decimal Total);

    [AvroName("shop.OrderCancelled")]
    private sealed record OrderCancelled(string OrderId, string Reason);
}
