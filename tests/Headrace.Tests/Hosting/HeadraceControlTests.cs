using Headrace.Tests.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Hosting;

public sealed class HeadraceControlTests(KafkaUnderTest kafka)
{
    [Fact]
    public async Task A_group_is_stopped_and_started_as_often_as_one_likes_and_the_process_stays_ready()
    {
        await using var app = await StartAsync(static group => group);
        await app.UntilAsync(static status => status.State == ConsumerState.Running, Group);
        var control = app.Host.Services.GetRequiredService<HeadraceControl>();

        await control.StopAsync(Group, TestContext.Current.CancellationToken);
        await control.StopAsync(Group, TestContext.Current.CancellationToken);
        await app.UntilAsync(static status => status.State == ConsumerState.Stopped, Group);
        await app.Producer<Order>().ProduceAsync(new("o-1"));
        Assert.True(app.Status.IsConnected);
        Assert.Empty(Headrace.Hosting.HealthReasons.NotReady(app.Host.Services.GetRequiredKeyedService<Headrace.Hosting.KafkaCluster>("kafka")));
        Assert.Empty(app.Handled);

        control.Start(Group);
        control.Start(Group);
        await app.UntilHandledAsync(1);
        Assert.Throws<ArgumentException>(() => control.Start("other"));
    }

    [Fact]
    public async Task Topics_and_partitions_are_paused_and_shown()
    {
        await using var app = await StartAsync(static group => group);
        var control = app.Host.Services.GetRequiredService<HeadraceControl>();
        control.Pause(Group, Topic);
        control.Pause(Group, Topic, 0);
        await app.UntilAsync(static status => status.Partitions is [{ IsPaused: true }], Group);
        await app.Producer<Order>().ProduceAsync(new("o-1"));
        control.Resume(Group, Topic);
        await app.UntilAsync(static status => status.Lag == 1, Group);
        Assert.Empty(app.Handled);

        control.Resume(Group, Topic, 0);
        await app.UntilHandledAsync(1);
    }

    [Fact]
    public async Task Workers_follow_operator_configuration_and_code_in_this_order()
    {
        await using var app = await StartAsync(static group => group.WithWorkers(3));
        var control = app.Host.Services.GetRequiredService<HeadraceControl>();
        Assert.Equal(3, app.Status.Groups()[0].Workers);

        Configure(app, "5");
        Assert.Equal(5, app.Status.Groups()[0].Workers);
        control.SetWorkers(Group, 7);
        Configure(app, "6");
        Assert.Equal(7, app.Status.Groups()[0].Workers);
        control.SetWorkers(Group, null);
        Assert.Equal(6, app.Status.Groups()[0].Workers);
        Configure(app, "many");
        Assert.Equal(6, app.Status.Groups()[0].Workers);
        Assert.Contains(app.Log.All, static line => line.Contains(":Workers is 'many'", StringComparison.Ordinal));
        Configure(app, null);
        Assert.Equal(3, app.Status.Groups()[0].Workers);
        Assert.Throws<ArgumentOutOfRangeException>(() => control.SetWorkers(Group, 0));
    }

    [Fact]
    public async Task Workers_follow_a_function_of_the_load()
    {
        await using var app = await StartAsync(static group => group.WithWorkers(static load => load.Lag switch
        {
            null => load.Workers,
            0 => 2,
            > 50 => throw new InvalidOperationException("too much"),
            _ => load.ShareOf(40),
        }));
        await app.UntilAsync(static status => status.Workers == 2, Group);
        var control = app.Host.Services.GetRequiredService<HeadraceControl>();
        control.Pause(Group);
        await app.Producer<Order>().ProduceAsync(new("o-1"));
        await app.UntilAsync(static status => status.Workers == 40, Group);
        await app.Producer<Order>().ProduceManyAsync(Enumerable.Range(0, 60).Select(static number => new Order($"o-{number}")));
        await app.UntilAsync(() => app.Log.All.Any(static line => line.Contains("stays at 40 workers", StringComparison.Ordinal)), () => "nothing logged");
        control.Resume(Group);
        await app.UntilAsync(static status => status is { Workers: 2, Handled: 61 }, Group);
    }

    [Theory]
    [InlineData(0L, 0L, 30)]
    [InlineData(50L, 100L, 50)]
    [InlineData(0L, 100L, 1)]
    [InlineData(100L, 100L, 100)]
    [InlineData(null, null, 30)]
    public void A_share_of_a_total_is_the_share_of_the_lag(long? lag, long? groupLag, int share) => Assert.Equal(
        share, new WorkerLoad { Now = DateTimeOffset.UnixEpoch, Workers = 30, Partitions = 1, Lag = lag, GroupLag = groupLag }.ShareOf(100));

    private string Topic { get; set; } = "";

    private string Group { get; set; } = "";

    private async Task<Application> StartAsync(Func<ConsumerGroupBuilder, ConsumerGroupBuilder> map)
    {
        (Topic, Group) = (await kafka.CreateTopicAsync(), kafka.NewName("g"));
        var app = new Application(kafka.Address);
        app.Headrace.AddProducer<Order>(Topic, key: order => order.Id);
        map(app.Host.MapConsumerGroup(Group)).MapTopic(Topic).On((Order order) => app.Handled.Enqueue(order));
        await app.StartAsync();
        return app;
    }

    private void Configure(Application app, string? workers)
    {
        app.Configuration[$"Kafka:Groups:{Group}:Workers"] = workers;
        ((IConfigurationRoot)app.Configuration).Reload();
    }

    private sealed record Order(string Id);
}
