using System.Text;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Pipeline;

public sealed class RoutingTests
{
    private readonly List<object> _seen = [];

    [Fact]
    public async Task A_record_goes_to_the_handler_of_the_type_it_names()
    {
        using var group = Map(orders =>
        {
            orders.On((OrderPlaced order) => _seen.Add(order));
            orders.On((OrderShipped order) => _seen.Add(order));
        });
        await group.SettleAsync(Records.Of(new OrderShipped("o-1"), "order.shipped"));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-2", 5), "OrderPlaced"));
        Assert.Equal([new OrderShipped("o-1"), new OrderPlaced("o-2", 5)], _seen);
        Assert.Equal(2, group.Counters.Handled);
    }

    [Fact]
    public async Task The_cloudevents_type_goes_before_ours()
    {
        using var group = Map(orders =>
        {
            orders.On((OrderCancelled order) => _seen.Add(order));
            orders.On((OrderShipped order) => _seen.Add(order));
        });
        await group.SettleAsync(Records.OfBytes("""{"orderId":"o-1"}"""u8.ToArray(), [Header("ce_type", "order.shipped"), Header("headrace-type", "OrderCancelled")]));
        Assert.Equal([new OrderShipped("o-1")], _seen);
    }

    [Fact]
    public async Task A_record_without_a_type_goes_to_the_only_mapped_type()
    {
        using var group = Map(orders => orders.On((OrderPlaced order) => _seen.Add(order)));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Single(_seen);
    }

    [Fact]
    public async Task A_record_without_a_type_among_several_is_dead_lettered_at_once()
    {
        using var group = Map(orders =>
        {
            orders.On((OrderPlaced order) => _seen.Add(order));
            orders.On((OrderShipped order) => _seen.Add(order));
        });
        Assert.Equal(1, await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1))));
        Assert.Empty(_seen);
        var dead = Assert.Single(group.Produced);
        Assert.Equal("orders.billing.dlt", dead.Topic);
        Assert.Equal("Headrace.MessageTypeException", dead.Headers!["headrace-exception-type"]);
        Assert.Contains("OrderPlaced, order.shipped", dead.Headers!["headrace-exception-message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_that_is_not_mapped_is_skipped_counted_and_warned_about_once()
    {
        using var group = Map(orders => orders.On((OrderPlaced order) => _seen.Add(order)));
        await group.SettleAsync(Records.Of(new OrderCancelled("o-1"), "OrderCancelled"));
        await group.SettleAsync(Records.Of(new OrderCancelled("o-2"), "OrderCancelled"));
        Assert.Empty(_seen);
        Assert.Empty(group.Produced);
        Assert.Equal(2, group.Counters.Skipped()["OrderCancelled"]);
        var line = Assert.Single(group.Log.All);
        Assert.StartsWith("Warning Headrace.Consuming[2001] billing skips records of the type 'OrderCancelled', the first of them orders[3]@118", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_from_the_wire_do_not_fill_the_memory()
    {
        using var group = Map(orders => orders.On((OrderPlaced order) => _seen.Add(order)));
        for (var index = 0; index < 300; index++)
        {
            await group.SettleAsync(Records.OfText("{}", new string('x', 1_000) + index));
            await group.SettleAsync(Records.OfText("{}", $"type-{index}"));
        }

        var skipped = group.Counters.Skipped();
        Assert.InRange(skipped.Count, 100, 102);
        Assert.Equal(600, skipped.Values.Sum());
        Assert.All(skipped.Keys, name => Assert.InRange(name.Length, 1, 200));
    }

    [Fact]
    public async Task An_ignored_type_is_settled_without_a_word()
    {
        using var group = Map(orders => orders.Ignore("order-viewed").WithUnknownTypes(UnknownTypes.Stop).On((OrderPlaced order) => _seen.Add(order)));
        Assert.Equal(1, await group.SettleAsync(Records.OfText("{}", "order-viewed")));
        Assert.Empty(group.Log.All);
        Assert.Empty(group.Counters.Skipped());
    }

    [Fact]
    public async Task Unknown_types_are_dead_lettered_or_stop_the_group_when_it_says_so()
    {
        using var strict = Map(orders => orders.WithUnknownTypes(UnknownTypes.DeadLetter).On((OrderPlaced order) => _seen.Add(order)));
        Assert.Equal(1, await strict.SettleAsync(Records.OfText("{}", "OrderCancelled")));
        Assert.Single(strict.Produced);

        using var stopping = Map(orders => orders.WithUnknownTypes(UnknownTypes.Stop).On((OrderPlaced order) => _seen.Add(order)));
        var stopped = await Assert.ThrowsAsync<GroupStoppedException>(() => stopping.HandleAsync(Records.OfText("{}", "OrderCancelled")));
        Assert.Equal(new RecordPosition("orders", 3, 118), stopped.Position);
    }

    [Fact]
    public async Task ResolveType_names_the_type_and_null_leaves_it_to_the_headers()
    {
        using var group = Map(orders =>
        {
            orders.ResolveType(record => record.Headers["kind"] is { } kind ? $"Order{kind}" : null);
            orders.On((OrderPlaced order) => _seen.Add(order));
            orders.On((OrderCancelled order) => _seen.Add(order));
        });
        await group.SettleAsync(Records.OfBytes("""{"orderId":"o-1"}"""u8.ToArray(), [Header("headrace-type", "OrderPlaced"), Header("kind", "Cancelled")]));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-2", 1), "OrderPlaced"));
        Assert.Equal([new OrderCancelled("o-1"), new OrderPlaced("o-2", 1)], _seen);
    }

    [Fact]
    public async Task A_tombstone_goes_to_its_handler_with_its_key()
    {
        using var group = Map(orders =>
        {
            orders.On((OrderPlaced order) => _seen.Add(order));
            orders.OnTombstone((RecordKey order) => _seen.Add(order.ToString()));
        });
        await group.SettleAsync(Records.Of(null, key: "o-7"));
        Assert.Equal(["o-7"], _seen);
    }

    [Fact]
    public async Task A_tombstone_is_never_read_as_a_message()
    {
        using var group = Map(orders => orders.On((OrderPlaced? order) => _seen.Add(order!)));
        await group.SettleAsync(Records.Of(null, "OrderPlaced"));
        Assert.Empty(_seen);
        Assert.Equal(1, group.Counters.Skipped()["(tombstone)"]);
        Assert.Contains("[2002] billing skips tombstones", Assert.Single(group.Log.All), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnRecord_gets_the_bytes_of_what_no_other_handler_takes()
    {
        using var group = Map(orders =>
        {
            orders.On((OrderPlaced order) => _seen.Add(order));
            orders.OnRecord((Record record) => _seen.Add(Encoding.UTF8.GetString(record.Value)));
        });
        await group.SettleAsync(Records.OfText("no json", "something"));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1), "OrderPlaced"));
        await group.SettleAsync(Records.Of(null));
        Assert.Equal(["no json", new OrderPlaced("o-1", 1), ""], _seen);
    }

    [Fact]
    public async Task A_base_type_takes_its_subtypes_and_an_exact_type_beats_it()
    {
        using var group = Map(orders =>
        {
            orders.On((Payment payment) => _seen.Add(("base", payment)));
            orders.On((CardPayment payment) => _seen.Add(("exact", (Payment)payment)));
        });
        await group.SettleAsync(Records.Of(new CashPayment("o-1"), "CashPayment"));
        await group.SettleAsync(Records.Of(new CardPayment("o-2", "visa"), "CardPayment"));
        await group.SettleAsync(Records.OfText("""{"$type":"card","orderId":"o-3","card":"visa"}""", "Payment"));
        await group.SettleAsync(Records.OfText("""{"$type":"cash","orderId":"o-4"}""", "Payment"));
        Assert.Equal(
            [("base", new CashPayment("o-1")), ("exact", new CardPayment("o-2", "visa")), ("exact", new CardPayment("o-3", "visa")), ("base", new CashPayment("o-4"))],
            _seen.Cast<(string, Payment)>());
    }

    [Fact]
    public async Task A_topic_mapped_by_name_goes_before_a_pattern_and_the_first_pattern_before_the_second()
    {
        using var group = new GroupUnderTest(billing =>
        {
            billing.MapTopics("^(orders|users).*").On((OrderPlaced order) => _seen.Add("first"));
            billing.MapTopics(".*").On((OrderPlaced order) => _seen.Add("second"));
            billing.MapTopic("orders").On((OrderPlaced order) => _seen.Add("name"));
        });
        foreach (var topic in new[] { "orders", "orders.eu", "my-orders" })
        {
            await group.SettleAsync(Records.Of(new OrderPlaced("o", 1), topic: topic));
        }

        Assert.Equal(["name", "first", "second"], _seen);
    }

    private static GroupUnderTest Map(Action<TopicBuilder> map) => new(billing => map(billing.MapTopic("orders")));

    private static RecordHeader Header(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}
