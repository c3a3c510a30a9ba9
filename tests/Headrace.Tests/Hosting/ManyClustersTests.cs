using System.Collections.Concurrent;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headrace.Tests.Hosting;

public sealed class ManyClustersTests(KafkaUnderTest kafka)
{
    private sealed record Order(string Id);

    private sealed record Shipment(string Id);

    [Fact]
    public async Task Two_clusters_in_one_application_have_settings_groups_and_producers_of_their_own()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var other = await DevBroker.StartAsync();
        var (topic, group, lines, handled) = (await kafka.CreateTopicAsync(), kafka.NewName("g"), new Lines(), new ConcurrentQueue<string>());
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["ConnectionStrings:kafka"] = kafka.Address;
        builder.Configuration["Kafka:Client:sasl.password"] = "secret-of-kafka";
        builder.Configuration["Kafka:Producer:linger.ms"] = "1";
        builder.Configuration["ConnectionStrings:warehouse"] = other.BootstrapServers;
        builder.Configuration["Warehouse:MissingTopics"] = "Create";
        builder.Configuration["Warehouse:Producer:linger.ms"] = "2";
        builder.Configuration[$"Warehouse:Groups:{group}:Workers"] = "3";
        builder.Services.AddSingleton<ILoggerFactory>(lines);
        builder.AddHeadrace().AddProducer<Order>(topic, key: static order => order.Id);
        builder.AddHeadrace("warehouse").AddProducer<Shipment>("shipments", key: static shipment => shipment.Id);
        using var host = builder.Build();

        // From one cluster to the other, by groups of one name.
        host.MapConsumerGroup(group).MapTopic(topic).On((Order order, ITopicProducer<Shipment> shipments) => shipments.ProduceAsync(new(order.Id)).AsTask());
        host.MapConsumerGroup(group, cluster: "warehouse").MapTopic("shipments").On((Shipment shipment) => handled.Enqueue(shipment.Id));
        await host.StartAsync(cancellation);
        await host.Services.GetRequiredService<ITopicProducer<Order>>().ProduceAsync(new("o-1"), cancellation: cancellation);
        await Wait.UntilAsync("shipped", () => !handled.IsEmpty);

        Assert.Equal(["o-1"], handled);
        var warehouse = host.Services.GetRequiredKeyedService<HeadraceStatus>("warehouse");
        Assert.Equal((other.BootstrapServers, 3), (warehouse.Kafka, Assert.Single(warehouse.Groups()).Workers));
        Assert.NotEqual(3, Assert.Single(host.Services.GetRequiredService<HeadraceStatus>().Groups()).Workers);

        // What each client really got is in the log, once, without its secrets.
        string[] settings = [.. lines.All.Where(static line => line.Contains("Kafka client of", StringComparison.Ordinal))];
        Assert.Single(settings, line => line.Contains("the producer", StringComparison.Ordinal) && line.Contains($"bootstrap.servers={kafka.Address}", StringComparison.Ordinal) && line.Contains("linger.ms=1,", StringComparison.Ordinal));
        Assert.Single(settings, line => line.Contains("the producer", StringComparison.Ordinal) && line.Contains($"bootstrap.servers={other.BootstrapServers}", StringComparison.Ordinal) && line.Contains("linger.ms=2,", StringComparison.Ordinal));
        Assert.Contains(settings, static line => line.Contains("sasl.password=***", StringComparison.Ordinal));
        Assert.DoesNotContain(lines.All, static line => line.Contains("secret-of-kafka", StringComparison.Ordinal));
        await host.StopAsync(cancellation);
    }
}
