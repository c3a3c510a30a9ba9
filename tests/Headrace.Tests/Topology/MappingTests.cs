using Headrace.Tests.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Topology;

public sealed class MappingTests
{
    private readonly HeadraceTopology _topology = new("kafka");

    [Fact]
    public void A_web_application_and_a_plain_host_map_by_the_same_words()
    {
        var web = WebApplication.CreateSlimBuilder();
        web.Services.AddSingleton(_topology).AddKeyedSingleton("second", new HeadraceTopology("second"));
        using var app = web.Build();
        IHost host = app;
        Assert.Same(app.MapConsumerGroup("billing"), host.MapConsumerGroup("billing"));
        Assert.NotSame(app.MapConsumerGroup("billing"), app.MapConsumerGroup("billing", cluster: "second"));
        var missing = Assert.Throws<InvalidOperationException>(() => app.MapConsumerGroup("billing", cluster: "third"));
        Assert.Contains("builder.AddHeadrace(\"third\")", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mapping_a_group_or_topic_again_returns_the_same()
    {
        var billing = _topology.MapConsumerGroup("billing");
        Assert.Same(billing, _topology.MapConsumerGroup("billing"));
        Assert.Same(billing.MapTopic("orders"), billing.MapTopic("orders"));
        Assert.NotSame(billing.MapTopic("orders"), billing.MapTopics("orders"));
    }

    [Fact]
    public void Mapping_after_the_start_says_what_to_do()
    {
        var billing = _topology.MapConsumerGroup("billing");
        _topology.Seal();
        var late = Assert.Throws<InvalidOperationException>(() => billing.MapTopic("orders"));
        Assert.Equal(
            "Topic 'orders' was mapped after the application started. Topics are subscribed at startup, so it would never be consumed. Move MapTopic above app.Run().",
            late.Message);
    }

    [Fact]
    public void Patterns_pass_over_our_own_topics_unless_the_group_wants_them()
    {
        var billing = _topology.MapConsumerGroup("billing");
        billing.MapTopics(".*").OnRecord((Record _) => { });
        _topology.MapConsumerGroup("audit").IncludingOwnTopics().MapTopics(".*").OnRecord((Record _) => { });
        var models = Validate(out var faults);
        Assert.Empty(faults);
        Assert.True(models[0].ExcludesFromPatterns("orders.billing.dlt"));
        Assert.False(models[0].ExcludesFromPatterns("orders"));
        Assert.False(models[1].ExcludesFromPatterns("orders.billing.dlt"));
        Assert.True(models[1].ExcludesFromPatterns("__consumer_offsets"));
    }

    [Fact]
    public void Two_handlers_for_one_type_are_a_fault_that_names_both_places()
    {
        var orders = _topology.MapConsumerGroup("billing").MapTopic("orders");
        orders.On((OrderPlaced _) => { }, "/src/Program.cs", 14);
        orders.On((OrderPlaced _) => { }, @"C:\src\Program.cs", 31);
        Assert.Empty(Validate(out var faults));
        Assert.Equal(
            "Group 'billing' maps 'orders' twice for OrderPlaced (Program.cs:14 and Program.cs:31). A record can have only one handler per group. Remove one, or give the second its own group.",
            Assert.Single(faults));
    }

    [Fact]
    public void Every_fault_is_found_at_once()
    {
        _topology.Format = new JsonFormat(OrdersJson.Default);
        _topology.MapConsumerGroup("two words").MapTopic("orders").On((OrderPlaced _) => { });
        _topology.MapConsumerGroup("empty");
        var billing = _topology.MapConsumerGroup("billing").WithFailurePolicy(policy => policy.Attempts = 0);
        billing.MapTopic("nothing");
        billing.MapTopics("(");
        billing.MapTopic(new('t', 240)).On((OrderPlaced _) => { });
        var orders = billing.MapTopic("orders").Ignore("OrderPlaced");
        orders.On((OrderPlaced _) => 5);
        orders.On((CancellationToken _) => { });
        orders.On((OrderShipped order, Missing missing) => { }).ProduceTo("in voices");
        orders.On<OrderCancelled, Needy>();
        orders.On((List<OrderPlaced> _) => { });
        Validate(out var faults);
        foreach (var expected in new[]
        {
            "Group 'two words'", "Group 'empty'", "'nothing' (MappingTests.cs:", "not a regular expression", "would have 252 characters", "Attempts = 0", "it returns Int32, which goes nowhere",
            "first parameter 'CancellationToken _' is not the message", "'Missing missing' is not a registered service", "produces to 'in voices'", "but returns nothing",
            "Needy needs 'Missing missing'",
        })
        {
            Assert.Contains(faults, fault => fault.Contains(expected, StringComparison.Ordinal));
        }

        Assert.StartsWith($"Headrace cannot start, for {faults.Count} reasons:", new HeadraceConfigurationException(faults).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ignored", "is ignored on the topic")]
    [InlineData("generic", "is generic")]
    [InlineData("unknown to the serializer", "OrdersJson does not know OrderCancelled")]
    [InlineData("async void", "it is 'async void'")]
    [InlineData("service first", "is a registered service")]
    [InlineData("no parameter", "its first parameter is not the message")]
    [InlineData("record", "its first parameter is not a Record")]
    [InlineData("same name", "are both called 'OrderPlaced' on the wire")]
    public void A_handler_that_cannot_work_is_a_fault(string what, string expected)
    {
        var orders = _topology.MapConsumerGroup("billing").MapTopic("orders");
        _ = what switch
        {
            "ignored" => orders.Ignore("OrderPlaced").On((OrderPlaced _) => { }),
            "generic" => orders.On((List<OrderPlaced> _) => { }),
            "unknown to the serializer" => orders.ReadAs(new JsonFormat(OrdersJson.Default)).On((OrderCancelled _) => { }),
            "async void" => orders.On((Action<OrderPlaced>)(async _ => await Task.Yield())),
            "service first" => orders.On((Registered service, OrderPlaced order) => { }),
            "no parameter" => orders.On(() => { }),
            "record" => orders.OnRecord((OrderPlaced _) => { }),
            _ => Twice(orders),
        };
        Assert.Empty(Validate(out var faults));
        Assert.Contains(expected, Assert.Single(faults), StringComparison.Ordinal);

        static HandlerBuilder Twice(TopicBuilder orders)
        {
            orders.On((Renamed _) => { });
            return orders.On((OrderPlaced _) => { });
        }
    }

    private IReadOnlyList<Headrace.Topology.GroupModel> Validate(out List<string> faults)
    {
        using var services = new ServiceCollection().AddSingleton<Registered>().BuildServiceProvider();
        faults = [];
        return _topology.Validate(services, faults);
    }

    private sealed class Missing;

    private sealed class Registered;

    [MessageType("OrderPlaced")]
    private sealed record Renamed(string OrderId);

    private sealed class Needy(Missing missing) : IHandler<OrderCancelled>
    {
        public Task HandleAsync(OrderCancelled message, MessageContext context, CancellationToken cancellation) => Task.FromResult(missing);
    }
}
