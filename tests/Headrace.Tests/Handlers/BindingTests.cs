using System.Text;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Tests.Handlers;

public sealed class BindingTests
{
    private readonly List<object?> _seen = [];

    [Fact]
    public async Task Parameters_are_bound_by_their_type()
    {
        using var group = Map(
            orders => orders.On((
                OrderPlaced order, RecordKey key, RecordPosition position, RecordHeaders headers, MessageContext context, Record record, Clock clock,
                [FromKeyedServices("eu")] Clock keyed, CancellationToken cancellation) =>
                _seen.AddRange([order, key, position, headers["tenant"], context.Attempt, record.Offset, clock.Name, keyed.Name, cancellation.CanBeCanceled])),
            services => services.AddSingleton(new Clock("utc")).AddKeyedScoped("eu", (_, _) => new Clock("cet")));
        using var source = new CancellationTokenSource();
        var record = With(new RecordHeader("tenant", "acme"u8.ToArray()));
        record.Cancellation = source.Token;
        await group.SettleAsync(record);
        Assert.Equal([new OrderPlaced("o-1", 7), (RecordKey)"k", new RecordPosition("orders", 3, 118), "acme", 1, 118L, "utc", "cet", true], _seen);
    }

    [Fact]
    public async Task Header_parameters_are_text_bytes_or_parsed()
    {
        using var group = Map(orders => orders.On((
            OrderPlaced order,
            [FromRecordHeader("tenant")] string tenant,
            [FromRecordHeader("tenant")] ReadOnlyMemory<byte> bytes,
            [FromRecordHeader("retries")] int retries,
            [FromRecordHeader("missing")] string? missing,
            [FromRecordHeader("missing")] int? number,
            [FromRecordHeader("missing")] int other = 5) => _seen.AddRange([tenant, bytes.Length, retries, missing, number, other])));
        await group.SettleAsync(With(new("tenant", "old"u8.ToArray()), new("tenant", "acme"u8.ToArray()), new("retries", "3"u8.ToArray())));
        Assert.Equal(["acme", 4, 3, null, null, 5], _seen);
    }

    [Fact]
    public async Task A_required_header_that_is_missing_or_not_readable_dead_letters_at_once()
    {
        using var group = Map(orders => orders.On((OrderPlaced order, [FromRecordHeader("retries")] int retries) => _seen.Add(retries)));
        Assert.Equal(1, await group.SettleAsync(With()));
        Assert.Equal(1, await group.SettleAsync(With(new RecordHeader("retries", "many"u8.ToArray()))));
        Assert.Equal(2, group.Counters.DeadLettered);
        Assert.Empty(_seen);
    }

    [Fact]
    public async Task Headers_given_to_a_handler_are_its_own()
    {
        using var group = Map(orders => orders.On((OrderPlaced order, RecordHeaders headers) =>
        {
            headers["tenant"] = "changed";
            throw new InvalidOperationException("always");
        }));
        await group.SettleAsync(With(new RecordHeader("tenant", "acme"u8.ToArray())));
        Assert.Equal("acme", Assert.Single(group.Produced).Headers!["tenant"]);
    }

    [Theory]
    [InlineData("void")]
    [InlineData("task")]
    [InlineData("value")]
    public async Task Whatever_a_handler_returns_is_awaited(string kind)
    {
        using var group = Map(orders => orders.On(HandlerOf(kind)));
        await group.SettleAsync(With());
        Assert.Equal([kind], _seen);
    }

    [Theory]
    [InlineData("T")]
    [InlineData("Task<T>")]
    [InlineData("ValueTask<T>")]
    [InlineData("done ValueTask<T>")]
    public async Task Whatever_a_handler_returns_is_produced(string kind)
    {
        using var group = Map(orders => orders.On(ResultOf(kind)).ProduceTo("invoices"));
        await group.SettleAsync(With());
        Assert.Equal($$"""{"orderId":"{{kind}}"}""", Encoding.UTF8.GetString(Assert.Single(group.Produced).Value!.Value.Span).Replace("\\u003C", "<", StringComparison.Ordinal).Replace("\\u003E", ">", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ServiceLifetime.Singleton, 1)]
    [InlineData(ServiceLifetime.Scoped, 2)]
    [InlineData(ServiceLifetime.Transient, 2)]
    [InlineData(null, 2)]
    public async Task A_handler_class_has_the_lifetime_it_is_registered_with(ServiceLifetime? lifetime, int instances)
    {
        using var group = Map(orders => orders.On<OrderPlaced, Recording>(), services =>
        {
            services.AddSingleton(_seen);
            if (lifetime is { } registered)
            {
                services.Add(new(typeof(Recording), typeof(Recording), registered));
            }
        });
        await group.SettleAsync(With());
        await group.SettleAsync(With());
        Assert.Equal(instances, _seen.OfType<Recording>().Distinct().Count());
        Assert.Equal(lifetime == ServiceLifetime.Singleton ? 0 : 2, _seen.Count(entry => entry is "disposed"));
    }

    [Fact]
    public async Task A_handler_can_be_tested_without_kafka()
    {
        var handler = new Recording(_seen);
        await handler.HandleAsync(new("o-1", 1), MessageContext.ForTest(new OrderPlaced("o-1", 1), key: "c-1"), TestContext.Current.CancellationToken);
        Assert.Equal([handler, (RecordKey)"c-1"], _seen);
    }

    private static Record With(params RecordHeader[] headers) => Records.OfBytes("""{"orderId":"o-1","total":7}"""u8.ToArray(), headers);

    private static GroupUnderTest Map(Action<TopicBuilder> map, Action<IServiceCollection>? register = null) => new(billing => map(billing.MapTopic("orders")), register);

    private Delegate HandlerOf(string kind) => kind switch
    {
        "void" => (OrderPlaced _) => _seen.Add("void"),
        "task" => async (OrderPlaced _) =>
        {
            await Task.Yield();
            _seen.Add("task");
        },
        _ => ValueTask (OrderPlaced _) => AddAsync("value"),
    };

    private static Delegate ResultOf(string kind) => kind switch
    {
        "T" => (OrderPlaced _) => new InvoiceDue(kind),
        "Task<T>" => Task<InvoiceDue> (OrderPlaced _) => Task.Run(() => new InvoiceDue(kind)),
        "ValueTask<T>" => ValueTask<InvoiceDue> (OrderPlaced _) => new(Task.Run(() => new InvoiceDue(kind))),
        _ => ValueTask<InvoiceDue> (OrderPlaced _) => new(new InvoiceDue(kind)),
    };

    private async ValueTask AddAsync(string what)
    {
        await Task.Yield();
        _seen.Add(what);
    }

    private sealed record Clock(string Name);

    private sealed class Recording(List<object?> seen) : IHandler<OrderPlaced>, IDisposable
    {
        public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken cancellation)
        {
            seen.Add(this);
            seen.Add(context.Key);
            return Task.CompletedTask;
        }

        public void Dispose() => seen.Add("disposed");
    }
}
