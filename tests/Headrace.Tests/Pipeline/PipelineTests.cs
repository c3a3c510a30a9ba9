using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Tests.Pipeline;

public sealed class PipelineTests
{
    private readonly List<string> _seen = [];

    [Fact]
    public async Task Filters_run_in_the_order_group_topic_handler_and_see_the_result()
    {
        using var group = new GroupUnderTest(billing =>
        {
            billing.Use(Around("group"));
            var orders = billing.MapTopic("orders").Use(Around("topic"));
            orders.On((OrderPlaced order) => new InvoiceDue(order.OrderId)).Use(Around("handler")).ProduceTo("invoices");
        });
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Equal(
            ["group OrderPlaced", "topic OrderPlaced", "handler OrderPlaced", "handler InvoiceDue", "topic InvoiceDue", "group InvoiceDue"], _seen);

        MessageFilter Around(string name) => async (context, next) =>
        {
            _seen.Add($"{name} {context.Message!.GetType().Name}");
            await next(context);
            _seen.Add($"{name} {context.Result!.GetType().Name}");
        };
    }

    [Fact]
    public async Task A_filter_that_does_not_go_on_settles_the_record()
    {
        using var group = new GroupUnderTest(billing =>
            billing.Use((_, _) => default).MapTopic("orders").On((OrderPlaced order) => _seen.Add("handled")));
        Assert.Equal(1, await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1))));
        Assert.Empty(_seen);
    }

    [Fact]
    public async Task A_filter_class_is_of_the_lifetime_it_is_registered_with()
    {
        using var group = new GroupUnderTest(
            billing => billing.Use<Marking>().MapTopic("orders").On((OrderPlaced order, Marks marks) => _seen.Add(string.Join(',', marks))),
            services => services.AddScoped<Marking>().AddScoped<Marks>());
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-2", 1)));
        Assert.Equal(["marked", "marked"], _seen);
    }

    [Fact]
    public async Task A_returned_message_is_produced_with_the_key_of_the_record_before_it_is_settled()
    {
        using var group = new GroupUnderTest(billing =>
            billing.MapTopic("orders").On(async (OrderPlaced order) =>
            {
                await Task.Yield();
                return new InvoiceDue(order.OrderId);
            }).ProduceTo("invoices"));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1), key: "c-1"));
        var invoice = Assert.Single(group.Produced);
        Assert.Equal(("invoices", "c-1", "InvoiceDue"), (invoice.Topic, invoice.Key.ToString(), invoice.Headers!["headrace-type"]));
        Assert.Equal("""{"orderId":"o-1"}"""u8.ToArray(), invoice.Value!.Value.ToArray());
    }

    [Fact]
    public async Task Null_produces_nothing()
    {
        using var group = new GroupUnderTest(billing => billing.MapTopic("orders").On((OrderPlaced order) => (InvoiceDue?)null).ProduceTo("invoices"));
        Assert.Equal(1, await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1))));
        Assert.Empty(group.Produced);
    }

    [Fact]
    public async Task A_result_that_kafka_does_not_take_keeps_the_record_unsettled_however_long_it_lasts()
    {
        using var group = new GroupUnderTest(billing => billing.MapTopic("orders").On((OrderPlaced order) => new InvoiceDue(order.OrderId)).ProduceTo("invoices"));
        var refusals = 0;
        group.Refuse = record => refusals++ < 20 ? new ProduceException("Kafka is away.", record.Topic, -195, possiblyPersisted: true) : null;
        Assert.Equal(21, await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1))));
        Assert.Equal("invoices", Assert.Single(group.Produced).Topic);
        Assert.Equal(0, group.Counters.DeadLettered);
    }

    [Fact]
    public async Task A_result_produced_again_has_the_same_event_id()
    {
        using var group = new GroupUnderTest(billing => billing.MapTopic("orders").On((OrderPlaced order) => new InvoiceDue(order.OrderId)).ProduceTo("invoices"));
        for (var time = 0; time < 2; time++)
        {
            await group.SettleAsync(Records.OfBytes("""{"orderId":"o-1"}"""u8.ToArray(), [new("headrace-id", "e-1"u8.ToArray())]));
        }

        Assert.All(group.Produced, record => Assert.Equal("e-1/billing/OrderPlaced", record.Headers!["headrace-id"]));
    }

    [Fact]
    public async Task The_record_is_settled_only_when_what_waits_for_produced_records_is_through()
    {
        var acknowledged = new TaskCompletionSource();
        using var group = new GroupUnderTest(
            billing => billing.MapTopic("orders").On((OrderPlaced order) => _seen.Add("handled")),
            awaitProduced: async (context, next) =>
            {
                await next(context);
                await acknowledged.Task;
            });
        var handling = group.HandleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Equal(["handled"], _seen);
        Assert.False(handling.IsCompleted);
        acknowledged.SetResult();
        Assert.True((await handling).IsSettled);
    }

    [Fact]
    public async Task A_synchronous_handler_without_scoped_services_completes_synchronously_and_opens_no_scope()
    {
        using var group = new GroupUnderTest(
            billing => billing.MapTopic("orders").On((OrderPlaced order, Tally tally, CancellationToken _) => tally.Add(order.OrderId)),
            services => services.AddSingleton<Tally>());
        var handling = group.HandleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.True(handling.IsCompleted);
        await handling;
        Assert.Equal(["o-1"], group.Services.GetRequiredService<Tally>().Names);
    }

    [Fact]
    public async Task A_scope_is_disposed_after_each_message_even_when_its_handler_throws()
    {
        using var group = new GroupUnderTest(
            billing => billing.MapTopic("orders").On((OrderPlaced order, Unit unit) =>
            {
                _seen.Add($"used {unit.IsDisposed}");
                throw new InvalidOperationException("always");
            }),
            services => services.AddSingleton(_seen).AddScoped<Unit>());
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Equal(["used False", "disposed", "used False", "disposed", "used False", "disposed"], _seen);
    }

    [Fact]
    public async Task What_a_handler_logs_says_which_record_it_is_about()
    {
        GroupUnderTest? group = null;
        using var _ = group = new GroupUnderTest(billing => billing.MapTopic("orders").On((OrderPlaced order) => _seen.AddRange(
            group!.Log.Scopes().Cast<IReadOnlyList<KeyValuePair<string, object?>>>().Select(scope => $"{string.Join(' ', scope)}; {scope}"))));
        await group.HandleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Equal(["[Group, billing] [Topic, orders] [Partition, 3] [Offset, 118] [Handler, OrderPlaced] [Attempt, 1]; billing orders[3]@118 OrderPlaced attempt 1"], _seen);
        Assert.Empty(group.Log.Scopes());
    }

    [Fact]
    public async Task Many_messages_at_once_keep_their_contexts_apart()
    {
        using var group = new GroupUnderTest(billing => billing.MapTopic("orders").On(async (OrderPlaced order, MessageContext context, RecordKey key) =>
        {
            await Task.Yield();
            Assert.Equal((order.OrderId, (object)order), (key.ToString(), context.Message));
            Assert.Equal(order.OrderId, context.Key.ToString());
        }));
        await Parallel.ForAsync(0, 2_000, async (index, _) => await group.HandleAsync(Records.Of(new OrderPlaced($"o-{index}", 1), key: $"o-{index}")));
        Assert.Equal((2_000L, 0L), (group.Counters.Handled, group.Counters.Failed));
    }

    private sealed class Tally
    {
        public List<string> Names { get; } = [];

        public void Add(string name) => Names.Add(name);
    }

    private sealed class Marks : List<string>;

    private sealed class Marking(Marks marks) : IMessageFilter
    {
        public ValueTask InvokeAsync(MessageContext context, MessageDelegate next)
        {
            marks.Add("marked");
            return next(context);
        }
    }

    private sealed class Unit(List<string> seen) : IAsyncDisposable
    {
        public bool IsDisposed { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            IsDisposed = true;
            seen.Add("disposed");
        }
    }
}
