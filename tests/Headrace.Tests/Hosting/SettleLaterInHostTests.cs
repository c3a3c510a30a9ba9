using System.Collections.Concurrent;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Hosting;

public sealed class SettleLaterInHostTests(KafkaUnderTest kafka)
{
    private readonly ConcurrentQueue<PendingSettlement> _pending = new();

    [Fact]
    public async Task A_worker_stays_occupied_and_nothing_is_committed_until_the_settlement()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(), kafka.NewName("g"));
        await using var app = new Application(kafka.Address);
        app.Headrace.AddProducer<Order>(topic, key: order => order.Id);
        app.Host.MapConsumerGroup(group).WithWorkers(2).MapTopic(topic).On((Order order, MessageContext context) => _pending.Enqueue(context.SettleLater()));
        await app.StartAsync();
        foreach (var id in new[] { "o-1", "o-2", "o-3" })
        {
            await app.Producer<Order>().ProduceAsync(new(id));
        }

        await app.UntilAsync(() => _pending.Count == 2, () => $"{_pending.Count} of 2 pending");
        await app.UntilAsync(status => status is { Lag: 3, Handled: 0 }, group);
        Assert.Equal(2, _pending.Count);

        Assert.True(_pending.First().Settle());
        await app.UntilAsync(() => _pending.Count == 3, () => $"{_pending.Count} of 3 pending");
        Assert.All(_pending.Skip(1), pending => Assert.True(pending.Settle()));
        await app.UntilAsync(status => status is { Lag: 0, Handled: 3 }, group);
    }

    [Fact]
    public async Task A_stop_reports_what_was_never_settled_and_its_next_owner_gets_it()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(), kafka.NewName("g"));
        await using (var app = new Application(kafka.Address))
        {
            app.Headrace.AddProducer<Order>(topic, key: order => order.Id);
            app.Host.MapConsumerGroup(group).MapTopic(topic).On((Order order, MessageContext context) => _pending.Enqueue(context.SettleLater()));
            await app.StartAsync();
            await app.Producer<Order>().ProduceAsync(new("o-1"));
            await app.UntilAsync(() => _pending.Count == 1, () => "nothing pending");

            using var deadline = new CancellationTokenSource();
            var stopping = app.Host.StopAsync(deadline.Token);
            await deadline.CancelAsync();
            await stopping.ContinueWith(static _ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
            Assert.False(_pending.Single().Settle());
            Assert.Contains(app.Log.All, static line => line.Contains("0 records were settled, 1 abandoned in flight", StringComparison.Ordinal));
        }

        await using var next = new Application(kafka.Address);
        next.Host.MapConsumerGroup(group).MapTopic(topic).On((Order order) => next.Handled.Enqueue(order));
        await next.StartAsync();
        await next.UntilHandledAsync(1);
    }

    private sealed record Order(string Id);
}
