using System.Net;
using System.Net.Http.Json;
using Headrace.Tests.Hosting;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.ReadmeTests;

public sealed class ReadmeTests : IAsyncLifetime
{
    private DevBroker _broker = null!;

    // A broker of its own, whose topics have the names of the README.
    public async ValueTask InitializeAsync() => _broker = await DevBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private string[] Arguments => [$"--ConnectionStrings:kafka={_broker.BootstrapServers}", "--Kafka:MissingTopics=Create", "--urls=http://127.0.0.1:0"];

    [Fact]
    public async Task The_producer_answers_with_the_place_of_the_event()
    {
        await using var program = await RunningProgram.StartAsync(ProducerProgram.Run, Arguments);
        using var http = new HttpClient { BaseAddress = program.Address };

        using var reply = await http.PostAsJsonAsync("/orders", new PlaceOrder("o-1", "c-1", 12.5m), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Accepted, reply.StatusCode);
        Assert.Equal("/orders/o-1", reply.Headers.Location?.ToString());
        var position = await reply.Content.ReadFromJsonAsync<RecordPosition>(TestContext.Current.CancellationToken);
        Assert.Equal(("orders", 0L), (position.Topic, position.Offset));
    }

    [Fact]
    public async Task The_consumer_handles_each_type_by_its_handler()
    {
        await using var shop = new Application(_broker.BootstrapServers);
        shop.Configuration["Kafka:MissingTopics"] = "Create";
        shop.Headrace.AddProducer<OrderPlaced>("orders", order => order.OrderId)
            .AddProducer<OrderCancelled>("orders", order => order.OrderId)
            .AddProducer<OrderShipped>("orders", order => order.OrderId)
            .AddProducer<OrderViewed>("orders", order => order.OrderId);
        shop.Host.MapConsumerGroup("check").MapTopic("invoices").On((InvoiceDue due, RecordKey key) => shop.Handled.Enqueue((due, key.ToString())));
        await shop.StartAsync();
        await using var program = await RunningProgram.StartAsync(ConsumerProgram.Run, Arguments);

        await shop.Producer<OrderPlaced>().ProduceAsync(new("o-1", "c-1", 12.5m));
        await shop.Producer<OrderViewed>().ProduceAsync(new("o-1"));
        await shop.Producer<OrderShipped>().ProduceAsync(new("o-1"));
        await shop.Producer<OrderCancelled>().ProduceAsync(new("o-1"));
        await shop.Producer<OrderPlaced>().ProduceTombstoneAsync("o-1");
        await shop.UntilHandledAsync(1);
        var invoices = program.Host.Services.GetRequiredService<Invoices>();
        await Wait.UntilAsync("the tombstone is handled", () => invoices.Done.Count == 3);

        Assert.Equal(["open o-1 of c-1 over 12.5", "refund o-1", "forget o-1"], invoices.Done);
        Assert.Equal((new InvoiceDue("o-1"), "o-1"), shop.Handled.Single());
        var status = program.Host.Services.GetRequiredService<HeadraceStatus>().Groups().Single();
        Assert.Equal((4, 0, 0), (status.Handled, status.Failed, status.DeadLettered));
    }
}
