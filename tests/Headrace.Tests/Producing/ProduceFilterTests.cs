using System.Collections.Concurrent;
using Headrace.Tests.Hosting;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Producing;

public sealed class ProduceFilterTests(KafkaUnderTest kafka)
{
    private readonly ConcurrentQueue<string> _seen = new();

    [Fact]
    public async Task Filters_run_in_order_messages_first_and_see_and_change_what_is_produced()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var app = Application(topic);
        app.Headrace
            .UseRaw(Around("raw"))
            .Use(Around("first"))
            .Use((context, next) =>
            {
                var order = (OrderPlaced)context.Message!;
                context.Message = order with { Total = order.Total + 1 };
                context.Key = "other";
                context.Headers["tenant"] = "acme";
                return next(context);
            })
            .Use(Around("second"));
        await app.StartAsync();

        var position = await app.Producer<OrderPlaced>().ProduceAsync(new("o-1", 1));
        await app.UntilHandledAsync(1);

        Assert.Equal(["first in", "second in", "raw in", $"raw {position}", $"second {position}", $"first {position}"], _seen);
        Assert.Equal((new OrderPlaced("o-1", 2), "other", "acme"), app.Handled.Single());
    }

    [Fact]
    public async Task A_filter_refuses_by_throwing_and_drops_by_not_going_on()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var app = Application(topic);
        app.Headrace.Use((context, next) => ((OrderPlaced)context.Message!).Total switch
        {
            < 0 => throw new InvalidOperationException("A total below zero."),
            0 => new(new RecordPosition(context.Topic, -1, -1)),
            _ => next(context),
        });
        await app.StartAsync();
        var producer = app.Producer<OrderPlaced>();

        Assert.Equal("A total below zero.", (await Assert.ThrowsAsync<InvalidOperationException>(() => producer.ProduceAsync(new("o-1", -1)).AsTask())).Message);
        Assert.Equal(-1, (await producer.ProduceAsync(new("o-2", 0))).Offset);
        var refused = new TaskCompletionSource<ProduceException?>();
        producer.Produce(new("o-3", -1), (_, failure) => refused.SetResult(failure));
        Assert.Contains("A total below zero.", (await refused.Task)!.Message, StringComparison.Ordinal);
        await producer.ProduceAsync(new("o-4", 1));
        await app.UntilHandledAsync(1);

        Assert.Equal("o-4", (((OrderPlaced, string, string?))app.Handled.Single()).Item1.OrderId);
    }

    [Fact]
    public async Task Every_way_of_producing_has_the_filters_and_keeps_the_order()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var app = Application(topic);
        // The first ones take longest.
        app.Headrace.Use(async (context, next) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, 40 - (10 * (double)((context.Message as OrderPlaced)?.Total ?? 0)))), TimeProvider.System);
            _seen.Enqueue(context.IsTombstone ? "tombstone" : ((OrderPlaced)context.Message!).OrderId);
            return await next(context);
        });
        await app.StartAsync();
        var producer = app.Producer<OrderPlaced>();

        var positions = await producer.ProduceManyAsync([.. Enumerable.Range(0, 5).Select(i => new OrderPlaced($"o-{i}", i))]);
        await producer.ProduceTombstoneAsync("gone");
        var delivered = new TaskCompletionSource<RecordPosition>();
        producer.Produce(new("o-5", 9), (position, _) => delivered.SetResult(position));
        producer.Produce(new("o-6", 9));
        Assert.Equal(6, (await delivered.Task).Offset);
        await app.UntilHandledAsync(7);

        Assert.Equal([0L, 1L, 2L, 3L, 4L], positions.Select(static position => position.Offset));
        Assert.Equal(["o-0", "o-1", "o-2", "o-3", "o-4", "tombstone"], _seen.Take(6));
    }

    [Fact]
    public async Task A_stop_waits_for_what_is_still_in_its_filters()
    {
        var topic = await kafka.CreateTopicAsync();
        var go = new TaskCompletionSource();
        await using (var app = Application(topic))
        {
            app.Headrace.Use(async (context, next) =>
            {
                await go.Task;
                return await next(context);
            });
            await app.StartAsync();
            app.Producer<OrderPlaced>().Produce(new("o-1", 1));
            var stopping = app.StopAsync();
            go.SetResult();
            await stopping;
        }

        await using var reader = Application(topic);
        await reader.StartAsync();
        await reader.UntilHandledAsync(1);
    }

    [Fact]
    public async Task What_a_handler_returns_has_the_filters_and_compression_is_one()
    {
        var (topic, invoices) = (await kafka.CreateTopicAsync(), await kafka.CreateTopicAsync());
        await using var app = Application(topic);
        var sizes = new ConcurrentQueue<(string Topic, int Bytes, string? Encoding)>();
        app.Headrace.UseRaw(new CompressionFilter(PayloadCompression.Gzip)).UseRaw((context, next) =>
        {
            sizes.Enqueue((context.Topic, context.Value!.Value.Length, context.Headers["headrace-encoding"]));
            return next(context);
        });
        var group = app.Host.MapConsumerGroup(kafka.NewName("g")).UseRaw(new CompressionFilter());
        group.MapTopic(topic).On((OrderPlaced order) => new InvoiceDue(order.OrderId)).ProduceTo(invoices);
        group.MapTopic(invoices).On((InvoiceDue invoice) => app.Handled.Enqueue(invoice));
        await app.StartAsync();

        var large = new string('o', 10_000);
        await app.Producer<OrderPlaced>().ProduceAsync(new(large, 1));
        await app.UntilAsync(() => app.Handled.OfType<InvoiceDue>().Any(), () => "no invoice");

        Assert.Equal(large, app.Handled.OfType<InvoiceDue>().Single().OrderId);
        Assert.Equal([topic, invoices], sizes.Select(static size => size.Topic));
        Assert.All(sizes, static size => Assert.True(size is { Bytes: < 1_000, Encoding: "gzip" }, size.ToString()));
    }

    [Fact]
    public async Task A_filter_cannot_pass_a_header_off_as_the_frameworks_nor_see_bytes_that_are_not_there()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var app = Application(topic);
        app.Headrace.UseRaw((context, next) =>
        {
            context.Headers["headrace-tenant"] = "x";
            return next(context);
        });
        app.Headrace.Use((context, next) => ((OrderPlaced)context.Message!).Total == 0 ? new(new RecordPosition($"{context.Value}", 0, 0)) : next(context));
        await app.StartAsync();

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => app.Producer<OrderPlaced>().ProduceAsync(new("o-1", 1)).AsTask());
        Assert.Contains("'headrace-tenant' cannot be set", refused.Message, StringComparison.Ordinal);
        var early = await Assert.ThrowsAsync<InvalidOperationException>(() => app.Producer<OrderPlaced>().ProduceAsync(new("o-1", 0)).AsTask());
        Assert.Contains("has no bytes yet", early.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_that_cannot_be_made_is_a_fault_at_the_start()
    {
        await using var app = Application(kafka.NewName());
        app.Headrace.Use<Needy>();
        var fault = await Assert.ThrowsAsync<HeadraceConfigurationException>(app.StartAsync);
        Assert.Contains("A filter of what is produced to the cluster 'kafka' cannot be made", fault.Message, StringComparison.Ordinal);
    }

    private Application Application(string topic)
    {
        var app = new Application(kafka.Address);
        app.Headrace.AddProducer<OrderPlaced>(topic, key: static order => order.OrderId)
            .Map(topology => topology.MapConsumerGroup(kafka.NewName("g")).UseRaw(new CompressionFilter()).MapTopic(topic).Ignore("InvoiceDue")
                .On((OrderPlaced order, RecordKey key, [FromRecordHeader("tenant")] string? tenant) => app.Handled.Enqueue((order, key.ToString(), tenant))));
        return app;
    }

    private ProduceFilter Around(string name) => async (context, next) =>
    {
        _seen.Enqueue($"{name} in");
        var position = await next(context);
        _seen.Enqueue($"{name} {position}");
        return position;
    };

    private sealed class Needy(IServiceScopeFactory scopes, Version nobodyRegisteredThis) : IProduceFilter
    {
        public ValueTask<RecordPosition> ProduceAsync(ProduceContext context, ProduceStep next) => throw new NotSupportedException($"{scopes} {nobodyRegisteredThis}");
    }
}
