using System.Collections.Concurrent;
using Headrace.Tests.Consuming;
using Headrace.Tests.Hosting;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Delivery;

/// <summary>The application's part of the loss suite: what a peer loses by its handlers, types and clusters.</summary>
public sealed class ApplicationLossTests(KafkaUnderTest kafka)
{
    [Fact]
    public async Task B13_a_service_that_can_only_be_disposed_asynchronously_costs_no_worker()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(), kafka.NewName("g"));
        await using var app = new Application(kafka.Address);
        app.Services.AddScoped<Unit>();
        app.Headrace.AddProducer<Order>(topic, key: order => order.Id);
        app.Host.MapConsumerGroup(group).WithWorkers(2).MapTopic(topic).On((Order order, Unit unit) => app.Handled.Enqueue(unit));
        await app.StartAsync();
        await app.Producer<Order>().ProduceManyAsync([.. Enumerable.Range(0, 20).Select(static i => new Order($"o-{i}"))]);
        await app.UntilAsync(static status => status is { Lag: 0, Handled: 20 }, group);

        Assert.Equal(20, app.Handled.Distinct().Count());
        await app.UntilAsync(() => app.Handled.All(static unit => ((Unit)unit).IsDisposed), () => "not all are disposed");
    }

    [Fact]
    public async Task B13_a_settlement_that_is_given_twice_costs_no_worker()
    {
        var (topic, group, refused) = (await kafka.CreateTopicAsync(), kafka.NewName("g"), 0);
        await using var app = new Application(kafka.Address);
        app.Headrace.AddProducer<Order>(topic, key: order => order.Id);
        app.Host.MapConsumerGroup(group).WithWorkers(2).MapTopic(topic).On((Order order, MessageContext context) =>
        {
            var pending = context.SettleLater();
            pending.Settle();
            Assert.Throws<InvalidOperationException>(() => pending.Settle());
            Interlocked.Increment(ref refused);
        });
        await app.StartAsync();
        await app.Producer<Order>().ProduceManyAsync([.. Enumerable.Range(0, 20).Select(static i => new Order($"o-{i}"))]);
        await app.UntilAsync(static status => status is { Lag: 0, Handled: 20 }, group);

        Assert.Equal(20, refused);
    }

    [Fact]
    public async Task B13_unknown_types_are_settled_by_a_stated_policy_and_empty_values_are_not_tombstones()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(), kafka.NewName("g"));
        await using var app = new Application(kafka.Address);
        var orders = app.Host.MapConsumerGroup(group).WithUnknownTypes(UnknownTypes.DeadLetter).MapTopic(topic);
        orders.On((Order order) => app.Handled.Enqueue(order));
        orders.OnTombstone(() => app.Handled.Enqueue("tombstone"));
        await using (var producer = new RecordProducer(kafka.ClientSettings, app.Log))
        {
            producer.Produce(new(topic, "typed", "{\"id\":\"o-1\"}"u8.ToArray()) { Headers = new() { ["headrace-type"] = "Nobody's" } }, null);
            producer.Produce(new(topic, "empty", Array.Empty<byte>()), null);
            producer.Produce(new(topic, "tombstone", null), null);
            producer.Produce(new(topic, "good", "{\"id\":\"o-2\"}"u8.ToArray()), null);
        }

        await app.StartAsync();
        await app.UntilAsync(static status => status is { Lag: 0 }, group);
        Assert.Equal(["o-2", "tombstone"], app.Handled.Select(static one => one is Order order ? order.Id : (string)one).Order());
        Assert.Equal(["empty", "typed"], TopicReader.ReadAll(kafka, $"{topic}.{group}.dlt", 1).Select(static letter => letter.Message.Key).Order());
    }

    [Fact]
    public async Task B14_groups_of_one_name_on_two_clusters_have_nothing_in_common()
    {
        await using var second = await DevBroker.StartAsync();
        var (topic, group) = (await kafka.CreateTopicAsync(), kafka.NewName("g"));
        await using var here = new Traffic(kafka.Address, topic, group);
        await using var there = new Traffic(second.BootstrapServers, topic, group);
        using (var admin = new ClusterAdmin(new Dictionary<string, string> { ["bootstrap.servers"] = second.BootstrapServers }, new Lines()))
        {
            await admin.CreateTopicsAsync([new(topic, 1, 1)], TestContext.Current.CancellationToken);
        }

        here.Produce(30, static i => "k" + i);
        there.Produce(50, static i => "k" + i);
        await using var app = new Application(kafka.Address);
        app.Configuration["ConnectionStrings:second"] = second.BootstrapServers;
        app.AddCluster("second");
        var (ofHere, ofThere) = (new ConcurrentQueue<long>(), new ConcurrentQueue<long>());
        app.Host.MapConsumerGroup(group).MapTopic(topic).OnRecord((Record record) => ofHere.Enqueue(record.Offset));
        app.Host.MapConsumerGroup(group, cluster: "second").MapTopic(topic).OnRecord((Record record) => ofThere.Enqueue(record.Offset));
        await app.StartAsync();
        await app.UntilAsync(() => (ofHere.Count, ofThere.Count) == (30, 50), () => $"{ofHere.Count} and {ofThere.Count}");
        await Traffic.UntilAsync(() => here.Committed().GetValueOrDefault(0) == 30 && there.Committed().GetValueOrDefault(0) == 50, here.Describe);

        foreach (var status in new[] { app.Status, app.Host.Services.GetRequiredKeyedService<HeadraceStatus>("second") })
        {
            await app.UntilAsync(() => status.Groups().Single().Lag == 0, () => $"lag {status.Groups().Single().Lag}");
        }

        Assert.Equal((30, 50), (ofHere.Count, ofThere.Count));
    }

    [Fact]
    public async Task B15_two_handlers_of_one_message_never_share_a_scope_and_one_that_fails_does_not_cost_the_other_its_message()
    {
        var (topic, first, second, failed) = (await kafka.CreateTopicAsync(), kafka.NewName("g"), kafka.NewName("g"), 0);
        await using var app = new Application(kafka.Address);
        app.Services.AddScoped<Unit>();
        app.Headrace.AddProducer<Order>(topic, key: order => order.Id);
        app.Host.MapConsumerGroup(first).MapTopic(topic).On(async (Order order, Unit unit) =>
        {
            await unit.UseAsync();
            app.Handled.Enqueue(unit);
        });
        app.Host.MapConsumerGroup(second).MapTopic(topic).On(async (Order order, Unit unit) =>
        {
            await unit.UseAsync();
            if (Interlocked.Increment(ref failed) <= 2)
            {
                throw new InvalidOperationException("the first tries fail");
            }

            app.Handled.Enqueue(unit);
        });
        await app.StartAsync();
        await app.Producer<Order>().ProduceManyAsync([.. Enumerable.Range(0, 20).Select(static i => new Order($"o-{i}"))]);
        await app.UntilHandledAsync(40);

        Assert.Equal(40, app.Handled.Distinct().Count());
        await app.UntilAsync(() => app.Status.Groups().All(static status => status.Lag == 0), () => "not everything is committed");
    }

    private sealed record Order(string Id);

    /// <summary>Like a DbContext: for one use at a time.</summary>
    private sealed class Unit : IAsyncDisposable
    {
        private int _users;

        public bool IsDisposed { get; private set; }

        public async Task UseAsync()
        {
            Assert.Equal(1, Interlocked.Increment(ref _users));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
            Assert.False(IsDisposed);
            Interlocked.Decrement(ref _users);
        }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
