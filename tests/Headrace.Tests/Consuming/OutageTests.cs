using System.Net;
using System.Net.Sockets;

namespace Headrace.Tests.Consuming;

public sealed class OutageTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_consumer_that_starts_before_kafka_says_so_and_joins_when_it_comes()
    {
        var port = FreePort();
        await using var traffic = new Traffic($"127.0.0.1:{port}", "orders", "billing");
        var consumer = traffic.Consume(traffic.Collect(), Refreshing(traffic));
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot().LastError is not null, traffic.Describe);
        Assert.Equal(ConsumerState.Starting, consumer.Snapshot().State);
        Assert.False(consumer.Snapshot().IsConnected);

        await using var broker = await DevBroker.StartAsync(new() { Port = port });
        traffic.Produce(10, static i => "k" + i);
        await traffic.UntilHandledAsync(10);
        await Traffic.UntilAsync(() => consumer.Snapshot() is { State: ConsumerState.Running, IsConnected: true, LastError: null }, traffic.Describe);
    }

    [Fact]
    public async Task A_consumer_can_be_stopped_while_kafka_is_absent()
    {
        await using var traffic = new Traffic($"127.0.0.1:{FreePort()}", "orders", "billing");
        var consumer = traffic.Consume(traffic.Collect());
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot().LastError is not null, traffic.Describe);
        await consumer.StopAsync(Traffic.In(Long)).WaitAsync(Long, TestContext.Current.CancellationToken);

        Assert.Equal(ConsumerState.Stopped, consumer.Snapshot().State);
    }

    [Fact]
    public async Task Kafka_away_and_back_loses_nothing_and_the_snapshot_tells()
    {
        await using var broker = await DevBroker.StartAsync();
        await using var traffic = new Traffic(broker.BootstrapServers, "orders", "billing");
        traffic.Produce(100, static i => "k" + (i % 9));
        var consumer = traffic.Consume(traffic.Collect(), Refreshing(traffic));
        consumer.Start();
        await traffic.UntilHandledAsync(100);

        await broker.StopListeningAsync();
        await Traffic.UntilAsync(() => consumer.Snapshot() is { IsConnected: false, LastError: not null }, traffic.Describe);
        await broker.StartListeningAsync(TestContext.Current.CancellationToken);
        traffic.Produce(100, static i => "k" + (i % 9));
        await traffic.UntilHandledAsync(200);
        await Traffic.UntilAsync(() => consumer.Snapshot() is { IsConnected: true, LastError: null }, traffic.Describe);
        await consumer.StopAsync(Traffic.In(Long));

        Assert.Equal(200, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
        Assert.Equal(200, traffic.Committed(6).Values.Sum());
    }

    [Fact]
    public async Task A_lost_assignment_is_cancelled_not_committed_and_taken_again()
    {
        await using var broker = await DevBroker.StartAsync();
        await using var traffic = new Traffic(broker.BootstrapServers, "orders", "billing");
        traffic.Produce(1, static _ => "k", partition: 0);
        var cancelled = 0;
        var consumer = traffic.Consume(
            async record =>
            {
                traffic.Note(record);
                if (traffic.Handled.Count == 1)
                {
                    try
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, record.Cancellation);
                    }
                    finally
                    {
                        Interlocked.Increment(ref cancelled);
                    }
                }

                return Settlement.Settled;
            },
            traffic.Options(settings: [("session.timeout.ms", "1000"), ("heartbeat.interval.ms", "200"), ("socket.timeout.ms", "2000")]));
        consumer.Start();
        await traffic.UntilHandledAsync(1);
        using (broker.BlackHole())
        {
            await Traffic.UntilAsync(() => cancelled == 1, traffic.Describe);
        }

        await traffic.UntilHandledAsync(2);
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 1, traffic.Describe);
        Assert.Null(consumer.Fault);
    }

    private static ConsumerOptions Refreshing(Traffic traffic) => new()
    {
        GroupId = traffic.Group,
        Topics = [traffic.Topic],
        ClientSettings = traffic.Settings(),
        TopicRefresh = TimeSpan.FromMilliseconds(500),
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
