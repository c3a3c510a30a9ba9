using System.Buffers.Binary;
using System.Collections.Concurrent;
using Headrace.Tests.Consuming;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Delivery;

/// <summary>Between the client and the broker something goes wrong: replies are lost or late, connections break, a member is cut off.</summary>
public sealed class FaultTests(KafkaUnderTest kafka)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1, "Fetch")]
    [InlineData(2, "ListOffsets")]
    [InlineData(3, "Metadata")]
    [InlineData(8, "OffsetCommit")]
    [InlineData(9, "OffsetFetch")]
    [InlineData(10, "FindCoordinator")]
    [InlineData(11, "JoinGroup")]
    [InlineData(12, "Heartbeat")]
    [InlineData(14, "SyncGroup")]
    public async Task Lost_replies_lose_no_record(short apiKey, string api)
    {
        await using var proxy = new TcpProxy(kafka.Address);
        await using var direct = await Traffic.OnAsync(kafka);
        await using var traffic = new Traffic(proxy.Address, direct.Topic, direct.Group);
        direct.Produce(200, static i => "k" + (i % 10));
        proxy.LoseReplies(apiKey, 2);
        var consumer = traffic.Consume(traffic.Collect());
        consumer.Start();
        await Traffic.UntilAsync(() => direct.Committed().GetValueOrDefault(0) == 200 && proxy.StillToLose(apiKey) == 0, () => $"{api}: {proxy.StillToLose(apiKey)} not lost; {traffic.Describe()}");

        Assert.Null(consumer.Fault);
        Assert.Equal(200, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
    }

    [Fact]
    public async Task A_lost_reply_to_a_produce_stores_the_record_once()
    {
        await using var proxy = new TcpProxy(kafka.Address);
        await using var traffic = await Traffic.OnAsync(kafka);
        proxy.LoseReplies(0, 3);
        await using var producer = new RecordProducer(new Dictionary<string, string> { ["bootstrap.servers"] = proxy.Address }, NullLoggerFactory.Instance);
        var positions = new List<RecordPosition>();
        for (var i = 0; i < 20; i++)
        {
            positions.Add(await producer.ProduceAsync(new(traffic.Topic, "k", new byte[10]), TestContext.Current.CancellationToken));
        }

        Assert.Equal(0, proxy.StillToLose(0));
        Assert.Equal(Enumerable.Range(0, 20).Select(static i => (long)i), positions.Select(static position => position.Offset));
        Assert.Equal(20, TopicReader.ReadAll(kafka, traffic.Topic, 1).Count);
    }

    [Fact]
    public async Task Late_replies_and_broken_connections_lose_nothing_and_keep_the_order()
    {
        await using var proxy = new TcpProxy(kafka.Address) { Delay = TimeSpan.FromMilliseconds(50) };
        await using var direct = await Traffic.OnAsync(kafka, partitions: 3);
        await using var traffic = new Traffic(proxy.Address, direct.Topic, direct.Group);
        var consumer = traffic.Consume(traffic.Collect());
        consumer.Start();
        for (var round = 1; round <= 4; round++)
        {
            direct.Produce(300, static i => "k" + (i % 30));
            await Traffic.UntilAsync(() => Distinct(traffic) >= round * 250, traffic.Describe);
            proxy.Cut();
        }

        await Traffic.UntilAsync(() => direct.Committed(3).Values.Sum() == 1_200, traffic.Describe);
        Assert.Equal(1_200, Distinct(traffic));
        AssertInOrder(traffic.Handled.Select(static handled => (handled.Key, handled.Position)));
    }

    [Fact]
    public async Task B9_of_three_members_one_vanishes_under_load_and_only_what_it_had_not_finished_is_repeated()
    {
        await using var proxy = new TcpProxy(kafka.Address);
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 6);
        await using var zombies = new Traffic(proxy.Address, traffic.Topic, traffic.Group);
        var finished = new ConcurrentQueue<(string Consumer, string? Key, RecordPosition Position)>();
        RecordDelegate Handle(string name) => async record =>
        {
            var (key, position) = (record.CopyKey().ToString(), record.Position);
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, record.Cancellation);
            finished.Enqueue((name, key, position));
            return Settlement.Settled;
        };
        var zombie = zombies.Consume(Handle("zombie"), zombies.Options(workers: 4));
        RecordConsumer[] others = [.. Enumerable.Range(0, 2).Select(i => traffic.Consume(Handle("other" + i), traffic.Options(workers: 4)))];
        zombie.Start();
        Array.ForEach(others, static other => other.Start());
        await Traffic.UntilAsync(() => zombie.Snapshot().Partitions.Count == 2 && others.All(static other => other.Snapshot().Partitions.Count == 2), traffic.Describe);
        traffic.Produce(3_000, static i => "k" + (i % 60));
        await Traffic.UntilAsync(() => finished.Count(static record => record.Consumer == "zombie") > 50, traffic.Describe);

        // It goes on with what it has, and can tell nobody.
        proxy.SwallowEverything();
        await Traffic.UntilAsync(() => finished.Select(static record => record.Position).Distinct().Count() == 3_000, () => $"{finished.Count} finished; {traffic.Describe()}");
        await Traffic.UntilAsync(() => traffic.Committed(6).Values.Sum() == 3_000, traffic.Describe);

        // Each member by itself, and those that stayed among each other, keep the order of every key.
        AssertInOrder(finished.Where(static record => record.Consumer == "zombie").Select(static record => (record.Key, record.Position)));
        AssertInOrder(finished.Where(static record => record.Consumer != "zombie").Select(static record => (record.Key, record.Position)));
        await Traffic.UntilAsync(() => zombie.Snapshot().Partitions.Count == 0, zombies.Describe);
        Assert.All(others, static other => Assert.Null(other.Fault));
        proxy.Cut();
    }

    [Fact]
    public async Task A_session_lost_during_a_drain_ends_the_drain_and_the_others_go_on()
    {
        await using var proxy = new TcpProxy(kafka.Address);
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 2);
        await using var cut = new Traffic(proxy.Address, traffic.Topic, traffic.Group);
        using var lines = new Lines();
        traffic.Produce(1, static _ => "a", partition: 0);
        traffic.Produce(1, static _ => "a", partition: 1);
        var first = cut.Consume(
            async record =>
            {
                cut.Note(record, "first");
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, record.Cancellation);
                return Settlement.Settled;
            },
            cut.Options(workers: 4, revokeDrain: TimeSpan.FromMinutes(30)),
            lines);
        first.Start();
        await cut.UntilHandledAsync(2);
        var second = traffic.Consume(traffic.Collect("second"));
        second.Start();
        await Traffic.UntilAsync(() => lines.All.Any(static line => line.Contains("[1005]", StringComparison.Ordinal)), cut.Describe);
        proxy.SwallowEverything();
        await Traffic.UntilAsync(() => lines.All.Any(static line => line.Contains("[1021]", StringComparison.Ordinal)), cut.Describe);
        await traffic.UntilHandledAsync(2);
        await Traffic.UntilAsync(() => traffic.Committed(2).Values.Sum() == 2, traffic.Describe);

        Assert.Null(first.Fault);
        proxy.Cut();
        await first.StopAsync(Traffic.In(Long));
        Assert.Equal(2, traffic.Committed(2).Values.Sum());
    }

    // An election that cuts a log takes three brokers; here a broker raises the epoch as one does, and the proxy says where the old epoch ends.
    [Fact]
    public async Task A_log_that_an_election_cut_below_the_position_is_read_again()
    {
        const short OffsetForLeaderEpoch = 23;
        await using var broker = await DevBroker.StartAsync();
        await using var proxy = new TcpProxy(broker.BootstrapServers);
        await using var direct = new Traffic(broker.BootstrapServers, "orders", "billing");
        await using var traffic = new Traffic(proxy.Address, "orders", "billing");
        using var lines = new Lines();
        direct.Produce(120, static i => "k" + i, partition: 0);
        var consumer = traffic.Consume(traffic.Collect(), loggers: lines);
        consumer.Start();
        await traffic.UntilHandledAsync(120);
        await Traffic.UntilAsync(() => direct.Committed().GetValueOrDefault(0) == 120, traffic.Describe);

        // What was read above 40 is no more. The end is the last field of the answer.
        proxy.Alter(OffsetForLeaderEpoch, static frame => BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(frame.Length - sizeof(long)), 40));
        Assert.True(broker.Faults.RaiseLeaderEpoch("orders", 0));
        await traffic.UntilHandledAsync(240);

        Assert.Equal(Enumerable.Range(0, 120).Select(static offset => (long)offset), traffic.Handled.Skip(120).Select(static handled => handled.Position.Offset).Order());
        Assert.Equal(1, consumer.Snapshot().CutLogs);
        Assert.Single(lines.All, static line => line.Contains("[1020]", StringComparison.Ordinal));
    }

    private static int Distinct(Traffic traffic) => traffic.Handled.Select(static handled => handled.Position).Distinct().Count();

    // A record that comes again starts its key anew from there.
    private static void AssertInOrder(IEnumerable<(string? Key, RecordPosition Position)> handled)
    {
        foreach (var lane in handled.GroupBy(static record => (record.Key, record.Position.Partition)))
        {
            var offsets = lane.Select(static record => record.Position.Offset).Distinct().ToList();
            Assert.Equal(offsets.Order(), offsets);
        }
    }
}
