using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Hosting;

public sealed class StartupFaultTests
{
    private sealed record Placed(string OrderId);

    private static HostApplicationBuilder Builder()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["ConnectionStrings:kafka"] = "127.0.0.1:1";
        return builder;
    }

    private static async Task<IReadOnlyList<string>> FaultsAsync(HostApplicationBuilder builder, Action<IHost>? map = null)
    {
        using var host = builder.Build();
        map?.Invoke(host);
        var error = await Assert.ThrowsAsync<HeadraceConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        return error.Faults;
    }

    [Fact]
    public async Task Every_fault_of_topology_settings_and_producers_is_thrown_at_once()
    {
        var builder = Builder();
        builder.Configuration["Kafka:Groups:biling:Workers"] = "3";
        builder.Configuration["Kafka:Producer:acks"] = "0";
        builder.AddHeadrace().AddProducer<Placed>("no topic", order => order.OrderId);

        var faults = await FaultsAsync(builder, host => host.MapConsumerGroup("billing").MapTopic("orders"));

        Assert.Contains(faults, fault => fault.Contains("without a handler", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("Kafka:Groups:biling", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("'acks' is '0'", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("AddProducer<Placed>(\"no topic\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_misspelled_client_setting_is_one_fault_with_the_nearest_name()
    {
        var builder = Builder();
        builder.Configuration["Kafka:Client:security.protocoll"] = "ssl";
        builder.AddHeadrace();

        var fault = Assert.Single(await FaultsAsync(builder));

        Assert.Contains("Did you mean 'security.protocol'?", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_takes_a_producer_of_two_topics_without_a_name_is_a_fault()
    {
        var builder = Builder();
        builder.AddHeadrace()
            .AddProducer<Placed>("orders", order => order.OrderId)
            .AddProducer<Placed>("orders-eu", order => order.OrderId);
        builder.Services.AddSingleton<Unnamed>().AddSingleton<Named>();

        var fault = Assert.Single(await FaultsAsync(builder));

        Assert.Contains("Unnamed takes 'producer'", fault, StringComparison.Ordinal);
        Assert.Contains("[FromKeyedServices(\"orders\")]", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_that_takes_a_producer_of_two_topics_without_a_name_is_a_fault()
    {
        var builder = Builder();
        builder.AddHeadrace()
            .AddProducer<Placed>("orders", order => order.OrderId)
            .AddProducer<Placed>("orders-eu", order => order.OrderId);

        var faults = await FaultsAsync(builder, host => host.MapConsumerGroup("copy").MapTopic("in")
            .On(async (Placed order, ITopicProducer<Placed> producer) => await producer.ProduceAsync(order)));

        Assert.Contains("[FromKeyedServices(\"orders\")]", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_can_be_mapped_by_packages_and_not_after_the_start()
    {
        var builder = Builder();
        builder.AddHeadrace().Map(topology => topology.MapConsumerGroup("billing").MapTopic("orders").On((Placed order) => { }));
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        var error = Assert.Throws<InvalidOperationException>(() => host.MapConsumerGroup("late"));
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Contains("after the application started", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Adding_a_cluster_again_goes_on_with_it_and_another_name_is_another()
    {
        var builder = Builder();
        builder.AddHeadrace().AddProducer<Placed>("orders", order => order.OrderId);
        builder.AddHeadrace("kafka").AddProducer<string>("texts", text => text);
        builder.AddHeadrace("second");
        using var host = builder.Build();

        Assert.Equal("orders", host.Services.GetRequiredService<ITopicProducer<Placed>>().Topic);
        Assert.Equal("texts", host.Services.GetRequiredService<ITopicProducer<string>>().Topic);
        Assert.Equal("kafka", host.Services.GetRequiredService<HeadraceTopology>().Cluster);
        Assert.Equal("second", host.Services.GetRequiredKeyedService<HeadraceTopology>("second").Cluster);
    }

    private sealed class Unnamed(ITopicProducer<Placed> producer)
    {
        public string Topic => producer.Topic;
    }

    private sealed class Named([FromKeyedServices("orders")] ITopicProducer<Placed> producer)
    {
        public string Topic => producer.Topic;
    }
}
