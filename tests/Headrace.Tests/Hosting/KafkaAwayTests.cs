using Headrace.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace.Tests.Hosting;

public sealed class KafkaAwayTests : IAsyncLifetime
{
    private sealed record Order(string Id);

    private DevBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await DevBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task The_host_starts_without_Kafka_says_why_it_is_not_ready_and_goes_on_when_Kafka_comes()
    {
        await _broker.StopListeningAsync();
        await using var app = BillingOn(_broker);
        await app.StartAsync();

        await app.UntilAsync(() => app.Status.LastError is not null, () => "no error");
        Assert.Equal(ConsumerState.Starting, app.Status.Groups()[0].State);
        Assert.Contains(NotReady(app), reason => reason.Contains($"Kafka at {_broker.BootstrapServers} does not answer", StringComparison.Ordinal));
        Assert.Empty(HealthReasons.NotAlive(Cluster(app)));

        await _broker.StartListeningAsync(TestContext.Current.CancellationToken);
        await app.UntilAsync(() => NotReady(app).Count == 0, () => string.Join(" ", NotReady(app)));
        await app.Producer<Order>().ProduceAsync(new("o-1"));
        await app.UntilHandledAsync(1);
    }

    [Fact]
    public async Task A_process_that_loses_Kafka_is_not_ready_until_it_is_back()
    {
        await using var app = BillingOn(_broker);
        await app.StartAsync();
        await app.UntilAsync(() => NotReady(app).Count == 0, () => string.Join(" ", NotReady(app)));

        await _broker.StopListeningAsync();
        await app.UntilAsync(() => NotReady(app).Count > 0, () => "still ready");
        Assert.False(app.Status.IsConnected);

        await _broker.StartListeningAsync(TestContext.Current.CancellationToken);
        await app.UntilAsync(() => NotReady(app).Count == 0, () => string.Join(" ", NotReady(app)));
        await app.Producer<Order>().ProduceAsync(new("o-1"));
        await app.UntilHandledAsync(1);
    }

    [Fact]
    public async Task A_produce_without_Kafka_ends_by_its_time_out_and_says_what_is_known()
    {
        await _broker.StopListeningAsync();
        await using var app = BillingOn(_broker);
        app.Configuration["Kafka:Producer:message.timeout.ms"] = "1000";
        await app.StartAsync();

        var error = await Assert.ThrowsAsync<ProduceException>(() => app.Producer<Order>().ProduceAsync(new("o-1")).AsTask());

        Assert.Equal("orders", error.Topic);
    }

    private static Application BillingOn(DevBroker broker)
    {
        var app = new Application(broker.BootstrapServers);
        app.Headrace.AddTopic("orders", partitions: 2).AddProducer<Order>("orders", key: order => order.Id).Configure(options => options.MissingTopics = MissingTopics.Create);
        app.Headrace.Map(topology => topology.MapConsumerGroup("billing").MapTopic("orders").On((Order order) => app.Handled.Enqueue(order)));
        return app;
    }

    private static KafkaCluster Cluster(Application app) => app.Host.Services.GetRequiredKeyedService<KafkaCluster>("kafka");

    private static List<string> NotReady(Application app) => [.. HealthReasons.NotReady(Cluster(app))];
}
