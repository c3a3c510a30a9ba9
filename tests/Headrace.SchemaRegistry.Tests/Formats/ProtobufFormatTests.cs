using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Headrace.Schemas.Testing;
using Headrace.Schemas.Wire;
using Headrace.Tests.Testing;

namespace Headrace.Schemas.Formats;

/// <summary>Applications that speak Protobuf, on a broker and a registry.</summary>
public sealed class ProtobufFormatTests(KafkaUnderTest kafka)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static OrderPlaced Sample => new()
    {
        OrderId = "o-1",
        Total = new() { Currency = "GBP", Units = 79 },
        PlacedAt = Timestamp.FromDateTimeOffset(new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero)),
        Lines = { new OrderPlaced.Types.Line { Sku = "a", Quantity = 2 }, new OrderPlaced.Types.Line { Sku = "b", Quantity = 1 } },
        Tags = { ["channel"] = "web" },
        Shop = new() { Name = "Leeds" },
        State = State.Paid,
    };

    [Theory]
    [InlineData(SchemaIdPlace.Value)]
    [InlineData(SchemaIdPlace.Header)]
    public async Task A_message_goes_out_and_comes_in_and_protoc_reads_it(SchemaIdPlace place)
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var (topic, seen, raw) = (kafka.NewName("orders"), new ConcurrentQueue<OrderPlaced>(), new ConcurrentQueue<byte[]>());
        await using var app = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace
            .UseProtobuf(protobuf => protobuf.SchemaId = place)
            .AddProducer<OrderPlaced>(topic, order => order.OrderId)
            .Map(map =>
            {
                map.MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic).On((OrderPlaced order) => seen.Enqueue(order));
                map.MapConsumerGroup(kafka.NewName("audit")).MapTopic(topic).OnRecord((Record record) => raw.Enqueue(record.Value.ToArray()));
            }));
        await app.Producer<OrderPlaced>().ProduceAsync(Sample, cancellation: Cancellation);
        await Wait.UntilAsync("the order is handled", () => !seen.IsEmpty && !raw.IsEmpty);
        Assert.Equal(Sample, Assert.Single(seen));
        using var client = registry.Client();
        var registered = await client.GetAsync($"{topic}-value", cancellation: Cancellation);
        Assert.Equal(("PROTOBUF", "common/money.proto"), (registered.Schema.Type, Assert.Single(registered.Schema.References).Name));
        var value = Assert.Single(raw);
        if (place == SchemaIdPlace.Value)
        {
            Assert.Equal($"00{registered.Id:x8}00", Convert.ToHexStringLower(value.AsSpan(0, 6)));
        }

        var text = Encoding.UTF8.GetString(Protoc.Run(place == SchemaIdPlace.Value ? value[6..] : value, $"-I{Protoc.Protos}", "--decode=shop.OrderPlaced", "orders.proto"));
        Assert.Contains("order_id: \"o-1\"", text, StringComparison.Ordinal);
        Assert.Contains("units: 79", text, StringComparison.Ordinal);
        Assert.Contains("state: STATE_PAID", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_of_one_file_are_told_apart_by_their_place_in_it_and_what_protoc_wrote_is_read()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var (topic, seen) = (kafka.NewName("orders"), new ConcurrentQueue<IMessage>());
        await using var app = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace
            .UseProtobuf()
            .AddProducer<OrderPlaced>(topic, order => order.OrderId)
            .AddProducer<OrderCancelled>(topic, order => order.OrderId)
            .AddProducer<OrderPlaced.Types.Shop.Types.Shelf>(topic, shelf => shelf.Label)
            .Map(map =>
            {
                var orders = map.MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic);
                orders.On((OrderPlaced order) => seen.Enqueue(order));
                orders.On((OrderCancelled order) => seen.Enqueue(order));
                orders.On((OrderPlaced.Types.Shop.Types.Shelf shelf) => seen.Enqueue(shelf));
            }));
        await app.Producer<OrderPlaced>().ProduceAsync(Sample, cancellation: Cancellation);
        await app.Producer<OrderCancelled>().ProduceAsync(new() { OrderId = "o-1", Reason = "late" }, cancellation: Cancellation);
        await app.Producer<OrderPlaced.Types.Shop.Types.Shelf>().ProduceAsync(new() { Label = "o-1" }, cancellation: Cancellation);
        using var client = registry.Client();
        var id = (await client.GetAsync($"{topic}-value", cancellation: Cancellation)).Id;
        var written = Protoc.Run("order_id: \"o-1\" reason: \"by protoc\""u8.ToArray(), $"-I{Protoc.Protos}", "--encode=shop.OrderCancelled", "orders.proto");
        await using var plain = new RecordProducer(kafka.ClientSettings, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        // The path [1] is the second message: its length and its part, both zigzag.
        byte[] value = [0, (byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id, 2, 2, .. written];
        await plain.ProduceAsync(new(topic, "o-1", value), Cancellation);
        await Wait.UntilAsync("all are handled", () => seen.Count == 4);
        Assert.Equal(
            [Sample, new OrderCancelled { OrderId = "o-1", Reason = "late" }, new OrderPlaced.Types.Shop.Types.Shelf { Label = "o-1" }, new OrderCancelled { OrderId = "o-1", Reason = "by protoc" }], seen);
    }

    [Fact]
    public async Task What_is_no_such_message_is_dead_lettered()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var (topic, seen) = (kafka.NewName("orders"), new ConcurrentQueue<OrderPlaced>());
        await using var app = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace
            .UseProtobuf(protobuf => protobuf.Fallback = new JsonFormat())
            .AddProducer<OrderPlaced>(topic, order => order.OrderId)
            .Map(map => map.MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic).On((OrderPlaced order) => seen.Enqueue(order))));
        using var client = registry.Client();
        var id = (await client.GetAsync($"{topic}-value", cancellation: Cancellation)).Id;
        var other = await client.RegisterAsync(
            RegistryUnderTest.Subject(), new("syntax = \"proto3\"; package shop; message OrderPlaced { int64 order_id = 1; }", "PROTOBUF"), Cancellation);
        await using var plain = new RecordProducer(kafka.ClientSettings, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        byte[][] values =
        [
            [.. Prefix(id), 2, 20, 1],                                // no such message in the file
            [.. Prefix(id), 1],                                       // a path of -1 parts
            [.. Prefix(id), 0x80],                                    // a path without an end
            [.. Prefix(id), 0, 0x0A, 0xFF],                           // a length beyond the value
            [.. Prefix(other), 0, 0x08, 1],                           // another message of the same name
            [.. Prefix(int.MaxValue), 0],                             // an id that nobody knows
        ];
        foreach (var value in values)
        {
            await plain.ProduceAsync(new(topic, "o-1", value), Cancellation);
        }

        await app.Producer<OrderPlaced>().ProduceAsync(Sample, cancellation: Cancellation);
        await Wait.UntilAsync("all are settled", () => app.Group is { Handled: 1, DeadLettered: 6 });
    }

    [Fact]
    public async Task A_type_of_ones_own_stands_for_a_generated_class_and_one_that_is_none_is_a_fault_at_start()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var (topic, seen) = (kafka.NewName("orders"), new ConcurrentQueue<Withdrawal>());
        await using var app = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace
            .UseProtobuf(protobuf => protobuf.Convert<Withdrawal, OrderCancelled>(
                own => new() { OrderId = own.Order, Reason = own.Why },
                wire => new(wire.OrderId, wire.Reason)))
            .AddProducer<Withdrawal>(topic, order => order.Order)
            .Map(map => map.MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic).On((Withdrawal order) => seen.Enqueue(order))));
        await app.Producer<Withdrawal>().ProduceAsync(new("o-1", "late"), cancellation: Cancellation);
        await Wait.UntilAsync("the order is handled", () => !seen.IsEmpty);
        Assert.Equal(new Withdrawal("o-1", "late"), Assert.Single(seen));

        var refused = await Assert.ThrowsAsync<HeadraceConfigurationException>(() => AppUnderTest.StartAsync(
            kafka, registry.Url, headrace => headrace.UseProtobuf().AddProducer<Withdrawal>(topic, order => order.Order)));
        Assert.Contains("Withdrawal is no Protobuf message. Use the class that protoc generates", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_its_subject_does_not_accept_is_a_fault_at_start_that_names_field_and_rule()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var topic = kafka.NewName("orders");
        using var client = registry.Client();
        await client.RegisterAsync($"{topic}-value", new("syntax = \"proto3\"; package shop; message OrderCancelled { int32 order_id = 1; }", "PROTOBUF"), Cancellation);
        await client.SetCompatibilityAsync(SchemaCompatibility.Backward, $"{topic}-value", Cancellation);
        var refused = await Assert.ThrowsAsync<HeadraceConfigurationException>(() => AppUnderTest.StartAsync(
            kafka, registry.Url, headrace => headrace.UseProtobuf().AddProducer<OrderCancelled>(topic, order => order.OrderId)));
        Assert.Contains(
            $"The subject '{topic}-value' does not accept the schema of shop.OrderCancelled (Backward): $.shop.OrderCancelled.order_id: number 1 is int32 on one side and string on the other.",
            refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_that_is_registered_in_other_words_is_found()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var topic = kafka.NewName("money");
        using var client = registry.Client();
        const string words = """
            // Money, as the accountants want it.
            syntax = "proto3";
            package common;
            option csharp_namespace = "Headrace.Schemas.Wire";
            message Money { string currency = 1; int64 units = 2; }
            """;
        var id = await client.RegisterAsync($"{topic}-value", new(words, "PROTOBUF"), Cancellation);
        await using var app = await AppUnderTest.StartAsync(
            kafka, registry.Url, headrace => headrace.UseProtobuf().AddProducer<Money>(topic, money => money.Currency), "Production");
        await app.Producer<Money>().ProduceAsync(new() { Units = 1 }, cancellation: Cancellation);
        Assert.Equal(id, (await client.GetAsync($"{topic}-value", cancellation: Cancellation)).Id);
    }

    private static byte[] Prefix(int id) => [0, (byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id];

    private sealed record Withdrawal(string Order, string Why);
}
