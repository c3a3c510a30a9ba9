using System.Collections.Concurrent;
using System.Net;
using Headrace.Schemas.Testing;
using Headrace.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Headrace.Schemas.Formats;

/// <summary>Versions and formats of a message that live side by side, and registries that do not answer as they should.</summary>
public sealed class EvolutionTests(KafkaUnderTest kafka)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_compatible_change_runs_beside_the_old_consumer_without_its_restart()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var (topic, seen) = (kafka.NewName("orders"), new ConcurrentQueue<OrderPlaced>());
        await using var old = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace
            .UseAvro()
            .AddProducer<OrderPlaced>(topic, order => order.OrderId)
            .Map(map => map.MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic).On((OrderPlaced order) => seen.Enqueue(order))));
        await old.Producer<OrderPlaced>().ProduceAsync(new("o-1", 1), cancellation: Cancellation);
        await Wait.UntilAsync("the first is handled", () => seen.Count == 1);
        await using (var next = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace.UseAvro().AddProducer<NextOrderPlaced>(topic, order => order.OrderId)))
        {
            await next.Producer<NextOrderPlaced>().ProduceAsync(new("o-2", 2, "SPRING"), cancellation: Cancellation);
        }

        await old.Producer<OrderPlaced>().ProduceAsync(new("o-3", 3), cancellation: Cancellation);
        await Wait.UntilAsync("all are handled", () => seen.Count == 3);
        Assert.Equal([new("o-1", 1), new("o-2", 2), new("o-3", 3)], seen.OrderBy(order => order.OrderId));
        using var client = registry.Client();
        Assert.Equal([1, 2], await client.GetVersionsAsync($"{topic}-value", Cancellation));
    }

    [Fact]
    public async Task A_producer_and_a_result_are_written_in_a_format_of_their_own()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var (orders, plain, due, subject) = (kafka.NewName("orders"), kafka.NewName("plain"), kafka.NewName("due"), RegistryUnderTest.Subject());
        var (seen, raw) = (new ConcurrentQueue<OrderPlaced>(), new ConcurrentDictionary<string, byte[]>());
        await using var app = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace
            .AddSchemaRegistry()
            .AddProducer<OrderPlaced>(orders, order => order.OrderId, producer => producer.WriteAs(new AvroFormat(new() { Subject = subject })))
            .AddProducer<OrderPlaced>(plain, order => order.OrderId)
            .Map(map =>
            {
                var group = map.MapConsumerGroup(kafka.NewName("billing"));
                group.MapTopic(orders).ReadAs(new AvroFormat()).On((OrderPlaced order) => order).ProduceTo(due).WriteAs(new AvroFormat());
                group.MapTopic(plain).On((OrderPlaced order) => seen.Enqueue(order));
                var audit = map.MapConsumerGroup(kafka.NewName("audit"));
                foreach (var topic in (string[])[orders, plain, due])
                {
                    audit.MapTopic(topic).OnRecord((Record record) => { raw[topic] = record.Value.ToArray(); });
                }
            }));
        await app.Producer<OrderPlaced>(orders).ProduceAsync(new("o-1", 1), cancellation: Cancellation);
        await app.Producer<OrderPlaced>(plain).ProduceAsync(new("o-1", 1), cancellation: Cancellation);
        await Wait.UntilAsync("all are handled", () => raw.Count == 3 && !seen.IsEmpty);
        Assert.Equal((0, (byte)'{', 0), (raw[orders][0], raw[plain][0], raw[due][0]));
        using var client = registry.Client();
        Assert.NotEqual(0, (await client.GetAsync(subject, cancellation: Cancellation)).Id);
        Assert.NotEqual(0, (await client.GetAsync($"{due}-value", cancellation: Cancellation)).Id);
        Assert.DoesNotContain($"{orders}-value", await client.GetSubjectsAsync(Cancellation));
    }

    [Fact]
    public async Task A_topic_moves_from_JSON_to_Avro_while_old_and_new_applications_are_on_it()
    {
        await using var registry = await RegistryUnderTest.StartAsync();
        var (topic, seen) = (kafka.NewName("orders"), new ConcurrentQueue<OrderPlaced>());
        // First every reader learns both, then writers change one by one, in any order.
        await using var reader = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace.AddSchemaRegistry().Map(map => map
            .MapConsumerGroup(kafka.NewName("billing")).MapTopic(topic).ReadAs(new AvroFormat(new() { Fallback = new JsonFormat() })).On((OrderPlaced order) => seen.Enqueue(order))));
        await using var old = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace.AddProducer<OrderPlaced>(topic, order => order.OrderId));
        await old.Producer<OrderPlaced>().ProduceAsync(new("o-1", 1), cancellation: Cancellation);
        await using var next = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace.UseAvro().AddProducer<OrderPlaced>(topic, order => order.OrderId));
        await next.Producer<OrderPlaced>().ProduceAsync(new("o-2", 2), cancellation: Cancellation);
        await old.Producer<OrderPlaced>().ProduceAsync(new("o-3", 3), cancellation: Cancellation);
        await Wait.UntilAsync("all are handled", () => seen.Count == 3);
        Assert.Equal([1m, 2m, 3m], seen.Select(order => order.Total).Order());
        Assert.Equal(0, reader.Group.DeadLettered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_a_registry_answers_500_or_nothing_records_wait_and_producing_fails_until_it_is_well(bool answers)
    {
        await using var registry = await DevSchemaRegistry.StartAsync(cancellation: Cancellation);
        var isIll = false;
        await using var front = await FrontOfAsync(registry.Url, context => !isIll ? null : answers ? context.Response.WriteAsync("{}", Cancellation) : Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        var (topic, seen) = (kafka.NewName("orders"), new ConcurrentQueue<OrderPlaced>());
        await using (var writer = await AppUnderTest.StartAsync(kafka, registry.Url, headrace => headrace.UseAvro().AddProducer<OrderPlaced>(topic, order => order.OrderId)))
        {
            await writer.Producer<OrderPlaced>().ProduceAsync(new("o-1", 1), cancellation: Cancellation);
        }

        isIll = true;
        await using var app = await AppUnderTest.StartAsync(kafka, front.Urls.First(), headrace => headrace
            .UseAvro()
            .AddProducer<OrderPlaced>(topic, order => order.OrderId)
            .Map(map => map.MapConsumerGroup(kafka.NewName("billing")).WithFailurePolicy(policy => policy.Attempts = 1).MapTopic(topic).On((OrderPlaced order) => seen.Enqueue(order))), patience: "00:00:02");
        var away = await Assert.ThrowsAsync<FormatUnavailableException>(() => app.Producer<OrderPlaced>().ProduceAsync(new("o-2", 2), cancellation: Cancellation).AsTask());
        Assert.Contains($"A OrderPlaced cannot be written to '{topic}': the registry has not given its schema an id.", away.Message, StringComparison.Ordinal);
        await Wait.UntilAsync("the record waits", () => app.Group.Retried >= 2);
        Assert.Equal((0, 0), (app.Group.Handled, app.Group.DeadLettered));
        isIll = false;
        await Wait.UntilAsync("the record is handled", () => !seen.IsEmpty);
        Assert.Equal(0, app.Group.DeadLettered);
    }

    // Passes requests on to a registry, unless it is told to do something else with them.
    private static async Task<WebApplication> FrontOfAsync(string url, Func<HttpContext, Task?> instead)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var http = new HttpClient { BaseAddress = new(url) };
        app.Lifetime.ApplicationStopped.Register(http.Dispose);
        app.Run(async context =>
        {
            context.Response.StatusCode = 500;
            if (instead(context) is { } other)
            {
                await other;
                return;
            }

            using var request = new HttpRequestMessage(new(context.Request.Method), $"{context.Request.Path}{context.Request.QueryString}");
            request.Content = context.Request.ContentLength > 0 ? new StreamContent(context.Request.Body) : null;
            using var answer = await http.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        });
        await app.StartAsync(Cancellation);
        return app;
    }

    [AvroName("shop.OrderPlaced")]
    private sealed record OrderPlaced(string OrderId, [property: AvroDecimal(12, 2)] decimal Total);

    [AvroName("shop.OrderPlaced"), MessageType("OrderPlaced")]
    private sealed record NextOrderPlaced(string OrderId, [property: AvroDecimal(12, 2)] decimal Total, string? Coupon);
}
