using System.Collections.Concurrent;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Consuming;

public sealed class RebalanceTests(KafkaUnderTest kafka)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("cooperative-sticky")]
    [InlineData("range")]
    [InlineData("consumer")]
    public async Task A_second_member_takes_over_mid_flight_and_nothing_is_lost_or_out_of_order(string protocol)
    {
        await kafka.SkipWithoutAsync(protocol);
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 6);
        traffic.Produce(6_000, static i => "k" + (i % 120));
        var settled = new ConcurrentDictionary<RecordPosition, int>();
        RecordDelegate Slowly(string name) => async record =>
        {
            var position = record.Position;
            traffic.Note(record, name);
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, record.Cancellation);
            settled.AddOrUpdate(position, 1, static (_, times) => times + 1);
            return Settlement.Settled;
        };
        var first = traffic.Consume(Slowly("first"), traffic.Options(workers: 8, settings: Traffic.Protocol(protocol)));
        first.Start();
        await traffic.UntilHandledAsync(500);
        var second = traffic.Consume(Slowly("second"), traffic.Options(workers: 8, settings: Traffic.Protocol(protocol)));
        second.Start();
        await Traffic.UntilAsync(() => first.Snapshot().Partitions.Count == 3 && second.Snapshot().Partitions.Count == 3, traffic.Describe);
        await Traffic.UntilAsync(() => settled.Count > 4_000, traffic.Describe);
        await second.StopAsync(Traffic.In(Long));
        await Traffic.UntilAsync(() => settled.Count == 6_000, () => $"{settled.Count} settled; {traffic.Describe()}");
        await first.StopAsync(Traffic.In(Long));

        Assert.Equal(6_000, traffic.Committed(6).Values.Sum());
        Assert.DoesNotContain(settled.Values, static times => times > 1);
        foreach (var lane in traffic.Handled.GroupBy(static handled => (handled.Key, handled.Position.Partition)))
        {
            Assert.Equal(lane.Select(static handled => handled.Position.Offset).Order(), lane.Select(static handled => handled.Position.Offset));
        }
    }

    [Theory]
    [InlineData("cooperative-sticky")]
    [InlineData("range")]
    [InlineData("consumer")]
    public async Task Members_come_and_go_in_the_middle_of_long_stretches_and_every_record_is_handled_once(string protocol)
    {
        await kafka.SkipWithoutAsync(protocol);
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 6);
        var produced = 0;
        async Task ProduceUntilAsync(Func<bool> reached)
        {
            for (var rounds = 0; rounds < 2 || !reached(); rounds++)
            {
                traffic.Produce(3_000, static i => "k" + (i % 120));
                produced += 3_000;
                await Traffic.UntilAsync(() => produced - traffic.Handled.Count < 6_000, () => $"{traffic.Handled.Count} of {produced} handled; {traffic.Describe()}");
            }
        }

        var members = new[] { "first", "second" }.Select(name => traffic.Consume(traffic.Collect(name), traffic.Options(settings: Traffic.Protocol(protocol)))).ToList();
        members[0].Start();
        await ProduceUntilAsync(() => members[0].Snapshot().Partitions.Count == 6);
        members[1].Start();
        await ProduceUntilAsync(() => members.TrueForAll(static member => member.Snapshot().Partitions.Count == 3));
        await Task.WhenAll(members[0].StopAsync(Traffic.In(Long)), ProduceUntilAsync(() => members[1].Snapshot().Partitions.Count == 6));
        await traffic.UntilHandledAsync(produced);
        await members[1].StopAsync(Traffic.In(Long));

        Assert.Equal(produced, traffic.Committed(6).Values.Sum());
        Assert.Equal(produced, traffic.Handled.Count);
        foreach (var lane in traffic.Handled.GroupBy(static handled => (handled.Key, handled.Position.Partition)))
        {
            Assert.Equal(lane.Select(static handled => handled.Position.Offset).Order(), lane.Select(static handled => handled.Position.Offset));
        }
    }

    [Theory]
    [InlineData("cooperative-sticky")]
    [InlineData("consumer")]
    public async Task Partitions_that_stay_flow_while_a_revoked_one_drains(string protocol)
    {
        await kafka.SkipWithoutAsync(protocol);
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 2);
        var (go, began) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new ConcurrentDictionary<int, bool>());
        RecordDelegate Handle(string name) => async record =>
        {
            var isStuck = record.Offset == 0 && began.TryAdd(record.Partition, true);
            if (isStuck)
            {
                await go.Task;
            }

            traffic.Note(record, name);
            return Settlement.Settled;
        };

        // Both partitions have a record that takes until it is told.
        traffic.Produce(1, static _ => "a", partition: 0);
        traffic.Produce(1, static _ => "a", partition: 1);
        using var lines = new Lines();
        var options = traffic.Options(workers: 8, revokeDrain: Long + Long, settings: Traffic.Protocol(protocol));
        traffic.Consume(Handle("first"), options, lines).Start();
        await Traffic.UntilAsync(() => began.Count == 2, traffic.Describe);
        var second = traffic.Consume(Handle("second"), options);
        second.Start();
        await Traffic.UntilAsync(() => lines.All.Any(static line => line.Contains("[1005]", StringComparison.Ordinal)), traffic.Describe);

        // One is being given up and drains; the other goes on. Nobody has the first one yet.
        traffic.Produce(200, static i => "k" + i, partition: 0);
        traffic.Produce(200, static i => "k" + i, partition: 1);
        await traffic.UntilHandledAsync(200);
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Single(traffic.Handled.Select(static handled => handled.Position.Partition).Distinct());
        Assert.Empty(second.Snapshot().Partitions);

        go.SetResult();
        await traffic.UntilHandledAsync(402);
        Assert.Equal(402, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
        Assert.Equal(402, traffic.Handled.Count);
        Assert.Single(second.Snapshot().Partitions);
    }

    [Fact]
    public async Task A_drain_that_takes_too_long_is_cancelled_and_the_next_owner_gets_the_record()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 2);
        var cancelled = new ConcurrentQueue<RecordPosition>();
        traffic.Produce(1, static _ => "a", partition: 0);
        traffic.Produce(1, static _ => "a", partition: 1);
        var first = traffic.Consume(
            async record =>
            {
                var position = record.Position;
                traffic.Note(record, "first");
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, record.Cancellation);
                }
                finally
                {
                    cancelled.Enqueue(position);
                }

                return Settlement.Settled;
            },
            Hasty(traffic));
        first.Start();
        await traffic.UntilHandledAsync(2);
        var second = traffic.Consume(traffic.Collect("second"), Hasty(traffic));
        second.Start();
        await traffic.UntilHandledAsync(3);

        var (consumer, _, position) = traffic.Handled.Last();
        Assert.Equal("second", consumer);
        Assert.Equal([position], cancelled);
        Assert.Null(first.Fault);
        Assert.Equal(ConsumerState.Running, first.Snapshot().State);
        await Traffic.UntilAsync(() => traffic.Committed(2).GetValueOrDefault(position.Partition) == 1, traffic.Describe);
    }

    [Fact]
    public async Task A_group_of_range_members_gives_everything_up_and_takes_it_again()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 4);
        var members = Enumerable.Range(0, 3).Select(i => traffic.Consume(traffic.Collect("m" + i), traffic.Options(settings: ("partition.assignment.strategy", "range")))).ToList();
        foreach (var member in members)
        {
            member.Start();
            traffic.Produce(400, static i => "k" + i);
        }

        await traffic.UntilHandledAsync(1_200);
        await Traffic.UntilAsync(() => members.Sum(static member => member.Snapshot().Partitions.Count) == 4 && members.All(static member => member.Snapshot().Partitions.Count > 0), traffic.Describe);
        foreach (var member in members)
        {
            await member.StopAsync(Traffic.In(Long));
        }

        Assert.Equal(1_200, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
        Assert.Equal(1_200, traffic.Committed(4).Values.Sum());
    }

    [Fact]
    public async Task A_static_member_keeps_its_partitions_over_a_restart()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 4);
        var a = traffic.Consume(traffic.Collect("a"), traffic.Options(settings: ("group.instance.id", "a")));
        var b = traffic.Consume(traffic.Collect("b"), traffic.Options(settings: ("group.instance.id", "b")));
        a.Start();
        b.Start();
        await Traffic.UntilAsync(() => a.Snapshot().Partitions.Count == 2 && b.Snapshot().Partitions.Count == 2, traffic.Describe);
        var before = a.Snapshot().Partitions.Select(static partition => partition.Partition).Order().ToList();
        await a.StopAsync(Traffic.In(Long));
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(2, b.Snapshot().Partitions.Count);
        a.Start();
        await Traffic.UntilAsync(() => a.Snapshot().Partitions.Count == 2, traffic.Describe);
        Assert.Equal(before, a.Snapshot().Partitions.Select(static partition => partition.Partition).Order());
    }

    private static ConsumerOptions Hasty(Traffic traffic) => traffic.Options(workers: 8, revokeDrain: TimeSpan.FromMilliseconds(300));
}
