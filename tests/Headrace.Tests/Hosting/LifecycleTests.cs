using Headrace.Hosting;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Hosting;

public sealed class LifecycleTests(KafkaUnderTest kafka)
{
    private sealed record Order(string Id, int Number = 0);

    [Fact]
    public async Task What_is_produced_comes_to_its_handler_and_the_lag_returns_to_zero()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(3), kafka.NewName("g"));
        await using var app = new Application(kafka.Address);
        app.Headrace.AddProducer<Order>(topic, key: order => order.Id);
        app.Host.MapConsumerGroup(group).WithWorkers(4).MapTopic(topic).On((Order order) => app.Handled.Enqueue(order));
        await app.StartAsync();

        foreach (var number in Enumerable.Range(0, 100))
        {
            await app.Producer<Order>().ProduceAsync(new($"o-{number % 7}", number));
        }

        await app.UntilHandledAsync(100);
        await app.UntilAsync(status => status is { Lag: 0, State: ConsumerState.Running, Handled: 100 }, group);
        Assert.Equal(100, app.Status.Produced()[topic]);
        Assert.Contains(app.Log.All, line => line.Contains($"Group {group} reads {topic} with 4 workers", StringComparison.Ordinal));
        Assert.Contains(app.Log.All, line => line.Contains("murmur2_random", StringComparison.Ordinal));
        foreach (var orders in app.Handled.Cast<Order>().GroupBy(order => order.Id))
        {
            Assert.Equal(orders.Select(order => order.Number).Order(), orders.Select(order => order.Number));
        }
    }

    [Fact]
    public async Task Dead_letter_topics_have_the_origins_partitions_and_keep_for_ever()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(3, new Dictionary<string, string> { ["max.message.bytes"] = "500000" }), kafka.NewName("g"));
        await using var app = new Application(kafka.Address);
        app.Host.MapConsumerGroup(group).MapTopic(topic).On((Order order) => { });
        await app.StartAsync();
        await app.UntilAsync(status => status.State == ConsumerState.Running, group);

        using var admin = new ClusterAdmin(kafka.ClientSettings, NullLoggerFactory.Instance);
        var topics = await admin.ListTopicsAsync(TestContext.Current.CancellationToken);
        var settings = await admin.DescribeTopicSettingsAsync($"{topic}.{group}.dlt", TestContext.Current.CancellationToken);

        Assert.Equal(3, topics[$"{topic}.{group}.dlt"]);
        Assert.Equal("-1", settings["retention.ms"]);
        Assert.Equal((500_000 + 65_536).ToString(System.Globalization.CultureInfo.InvariantCulture), settings["max.message.bytes"]);
    }

    [Fact]
    public async Task A_topic_that_comes_later_and_matches_a_pattern_has_a_place_for_its_dead_letters()
    {
        var (prefix, group) = (kafka.NewName("events"), kafka.NewName("g"));
        await using var app = new Application(kafka.Address);
        app.Configuration[$"Kafka:Groups:{group}:TopicRefresh"] = "00:00:00.200";
        app.Headrace.AddProducer<Order>($"{prefix}.late", key: order => order.Id);
        app.Host.MapConsumerGroup(group).WithFailurePolicy(policy => policy.Attempts = 1).MapTopics($"^{prefix}.*").On((Order order) => { throw new InvalidOperationException("poison"); });
        await app.StartAsync();
        await app.UntilAsync(() => app.Status.IsConnected, () => "not connected");

        using var admin = new ClusterAdmin(kafka.ClientSettings, NullLoggerFactory.Instance);
        await admin.CreateTopicsAsync([new($"{prefix}.late", 2)], TestContext.Current.CancellationToken);
        await app.Producer<Order>().ProduceAsync(new("o-1"));

        await app.UntilAsync(status => status is { DeadLettered: 1, Lag: 0 }, group);
        Assert.Equal(2, (await admin.ListTopicsAsync(TestContext.Current.CancellationToken))[$"{prefix}.late.{group}.dlt"]);
    }

    [Fact]
    public async Task Missing_topics_are_created_with_the_partitions_that_are_said()
    {
        var (topic, produced, group) = (kafka.NewName("orders"), kafka.NewName("invoices"), kafka.NewName("g"));
        await using var app = new Application(kafka.Address);
        app.Configuration["Kafka:MissingTopics"] = "Create";
        app.Configuration[$"Kafka:Topics:{topic}:Partitions"] = "4";
        app.Headrace.AddTopic(produced, partitions: 2).AddProducer<Order>(produced, key: order => order.Id);
        app.Host.MapConsumerGroup(group).MapTopic(topic).On((Order order) => { });
        await app.StartAsync();
        await app.UntilAsync(status => status.State == ConsumerState.Running, group);

        using var admin = new ClusterAdmin(kafka.ClientSettings, NullLoggerFactory.Instance);
        var topics = await admin.ListTopicsAsync(TestContext.Current.CancellationToken);

        Assert.Equal((4, 2), (topics[topic], topics[produced]));
    }

    [Fact]
    public async Task A_missing_topic_is_waited_for_while_others_flow()
    {
        var (topic, missing, group) = (await kafka.CreateTopicAsync(), kafka.NewName("missing"), kafka.NewName("g"));
        await using var app = new Application(kafka.Address);
        app.Configuration[$"Kafka:Groups:{group}:TopicRefresh"] = "00:00:00.200";
        app.Headrace.AddProducer<Order>(topic, key: order => order.Id);
        var billing = app.Host.MapConsumerGroup(group);
        billing.MapTopic(topic).On((Order order) => app.Handled.Enqueue(order));
        billing.MapTopic(missing).On((Order order) => app.Handled.Enqueue(order));
        await app.StartAsync();

        await app.Producer<Order>().ProduceAsync(new("o-1"));
        await app.UntilHandledAsync(1);
        await app.UntilAsync(status => status.MissingTopics.Contains(missing), group);
        Assert.Contains(missing, Assert.Single(HealthReasons.Degraded(app.Host.Services.GetRequiredKeyedService<KafkaCluster>("kafka"))), StringComparison.Ordinal);

        using var admin = new ClusterAdmin(kafka.ClientSettings, NullLoggerFactory.Instance);
        await admin.CreateTopicsAsync([new(missing, 1)], TestContext.Current.CancellationToken);
        await app.UntilAsync(status => status.MissingTopics.Count == 0 && status.Partitions.Count == 2, group);
    }

    [Fact]
    public async Task A_missing_topic_keeps_its_group_from_starting_when_told_to_fail()
    {
        var (missing, group) = (kafka.NewName("missing"), kafka.NewName("g"));
        await using var app = new Application(kafka.Address);
        app.Configuration["Kafka:MissingTopics"] = "Fail";
        app.Host.MapConsumerGroup(group).MapTopic(missing).On((Order order) => { });
        await app.StartAsync();

        await app.UntilAsync(status => status.State == ConsumerState.Faulted, group);

        Assert.Contains(missing, app.Status.Groups()[0].LastError, StringComparison.Ordinal);
        Assert.Contains(missing, Assert.Single(HealthReasons.NotAlive(app.Host.Services.GetRequiredKeyedService<KafkaCluster>("kafka"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task B5_a_stop_flushes_what_was_produced_without_waiting()
    {
        var topic = await kafka.CreateTopicAsync();
        var app = new Application(kafka.Address);
        await using (app)
        {
            app.Configuration["Kafka:Producer:linger.ms"] = "500";
            app.Headrace.AddProducer<Order>(topic, key: order => order.Id);
            await app.StartAsync();
            foreach (var number in Enumerable.Range(0, 20_000))
            {
                app.Producer<Order>().Produce(new($"o-{number}", number));
            }

            await app.StopAsync();
        }

        using var admin = new ClusterAdmin(kafka.ClientSettings, NullLoggerFactory.Instance);
        var ends = await admin.EndOffsetsAsync([topic], TestContext.Current.CancellationToken);
        Assert.Equal(20_000, ends[(topic, 0)]);
    }

    [Fact]
    public async Task A_stop_lets_records_in_flight_finish_and_commits_them()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(), kafka.NewName("g"));
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = new Application(kafka.Address);
        app.Headrace.AddProducer<Order>(topic, key: order => order.Id);
        app.Host.MapConsumerGroup(group).MapTopic(topic).On(async (Order order) =>
        {
            app.Handled.Enqueue(order);
            await go.Task;
        });
        await app.StartAsync();
        await app.Producer<Order>().ProduceAsync(new("o-1"));
        await app.UntilHandledAsync(1);

        var stopping = app.StopAsync();
        Assert.False(stopping.IsCompleted);
        go.SetResult();
        await stopping;

        using var admin = new ClusterAdmin(kafka.ClientSettings, NullLoggerFactory.Instance);
        var committed = await admin.CommittedOffsetsAsync(group, TestContext.Current.CancellationToken);
        Assert.Equal(1, committed[(topic, 0)]);
    }

    [Fact]
    public async Task A_group_is_paused_and_resumed_by_operators_and_by_configuration()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(), kafka.NewName("g"));
        await using var app = new Application(kafka.Address);
        app.Configuration[$"Kafka:Groups:{group}:Paused"] = "true";
        app.Headrace.AddProducer<Order>(topic, key: order => order.Id);
        app.Host.MapConsumerGroup(group).MapTopic(topic).On((Order order) => app.Handled.Enqueue(order));
        await app.StartAsync();
        await app.UntilAsync(status => status.State == ConsumerState.Paused, group);
        await app.Producer<Order>().ProduceAsync(new("o-1"));
        await app.UntilAsync(status => status.Lag == 1, group);
        Assert.Empty(app.Handled);

        app.Configuration[$"Kafka:Groups:{group}:Paused"] = "false";
        ((Microsoft.Extensions.Configuration.IConfigurationRoot)app.Configuration).Reload();
        await app.UntilHandledAsync(1);

        var control = app.Host.Services.GetRequiredService<HeadraceControl>();
        control.Pause(group);
        await app.UntilAsync(status => status.State == ConsumerState.Paused, group);
        control.Resume(group);
        await app.UntilAsync(status => status.State == ConsumerState.Running, group);
        Assert.Throws<ArgumentException>(() => control.Pause("other"));
    }

    [Fact]
    public async Task The_lag_of_a_group_of_another_process_comes_from_the_broker()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(2), kafka.NewName("elsewhere"));
        await using var app = new Application(kafka.Address);
        app.Headrace.AddProducer<Order>(topic, key: order => order.Id);
        await app.StartAsync();
        await app.Producer<Order>().ProduceManyAsync([new("o-1"), new("o-2"), new("o-3")]);
        await app.UntilAsync(() => app.Status.IsConnected, () => "not connected");

        Assert.Equal(3, await app.Status.LagOfAsync(group, [topic], TestContext.Current.CancellationToken));
        Assert.Equal(3, await app.Status.LagOfAsync(group, [$"^{topic}$"], TestContext.Current.CancellationToken));
        Assert.Null(await app.Status.LagOfAsync(group, ["no-such-topic"], TestContext.Current.CancellationToken));
    }
}
