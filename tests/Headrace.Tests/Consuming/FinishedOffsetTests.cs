using Headrace.Tests.Testing;

namespace Headrace.Tests.Consuming;

public sealed class FinishedOffsetTests(KafkaUnderTest kafka)
{
    // Of 200 records all but the first are finished.
    private const string AllButTheFirst = "bgABAMc=";

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_was_finished_above_a_stuck_record_is_not_handled_again()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        using var offsets = new GroupOffsets(traffic);
        traffic.Produce(200, static i => "k" + i);
        var consumer = traffic.Consume(StuckAt(traffic, 0));
        consumer.Start();
        await Traffic.UntilAsync(() => offsets.Read() is (0, 0, AllButTheFirst), () => $"{offsets.Read()}; {traffic.Describe()}");
        await consumer.StopAsync(new(canceled: true));

        var next = traffic.Consume(traffic.Collect("two"));
        next.Start();
        await Traffic.UntilAsync(() => offsets.Read() is (200, 0, ""), () => $"{offsets.Read()}; {traffic.Describe()}");
        Assert.Equal([0], traffic.Handled.Where(static handled => handled.Consumer == "two").Select(static handled => handled.Position.Offset));
        Assert.Equal((199, 0), (next.Snapshot().AlreadyFinished, next.Snapshot().IgnoredOffsetMaps));
    }

    [Fact]
    public async Task Retries_that_wait_at_a_rebalance_are_all_that_is_repeated()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 2);
        traffic.Produce(100, static i => "k" + i, partition: 0);
        traffic.Produce(100, static i => "k" + i, partition: 1);
        RecordDelegate Handle(string name) => record =>
        {
            traffic.Note(record, name);
            return new(name == "one" && record.Offset % 10 == 0 ? Settlement.RetryAfter(TimeSpan.FromMinutes(10)) : Settlement.Settled);
        };
        var first = traffic.Consume(Handle("one"));
        first.Start();
        await traffic.UntilHandledAsync(200);
        var second = traffic.Consume(Handle("two"));
        second.Start();
        await traffic.UntilHandledAsync(210);
        await Traffic.UntilAsync(() => traffic.Committed(2).ContainsValue(100), traffic.Describe);

        var moved = traffic.Handled.Where(static handled => handled.Consumer == "two").ToList();
        Assert.Equal(Enumerable.Range(0, 10).Select(static i => i * 10L), moved.Select(static handled => handled.Position.Offset).Order());
        Assert.Single(moved.Select(static handled => handled.Position.Partition).Distinct());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_map_without_an_epoch_is_gone_by_only_when_that_is_trusted(bool isTrusted)
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        using var offsets = new GroupOffsets(traffic);
        traffic.Produce(200, static i => "k" + i);
        await offsets.WriteAsync(0, -1, AllButTheFirst);
        var consumer = traffic.Consume(traffic.Collect(), With(traffic, trusts: isTrusted));
        consumer.Start();
        await Traffic.UntilAsync(() => offsets.Read() is (200, _, ""), () => $"{offsets.Read()}; {traffic.Describe()}");

        Assert.Equal(isTrusted ? 1 : 200, traffic.Handled.Count);
        Assert.Equal(isTrusted ? (199, 0) : (0, 1), (consumer.Snapshot().AlreadyFinished, consumer.Snapshot().IgnoredOffsetMaps));
    }

    [Theory]
    [InlineData("written by hand")]
    [InlineData("bgABAP//")]
    [InlineData("bgABAMg=")]
    public async Task Metadata_of_others_broken_maps_and_maps_past_the_end_are_ignored_and_counted(string metadata)
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        using var offsets = new GroupOffsets(traffic);
        using var lines = new Lines();
        traffic.Produce(200, static i => "k" + i);
        await offsets.WriteAsync(0, 0, metadata);
        var consumer = traffic.Consume(traffic.Collect(), loggers: lines);
        consumer.Start();
        await Traffic.UntilAsync(() => offsets.Read() is (200, _, ""), () => $"{offsets.Read()}; {traffic.Describe()}");

        Assert.Equal(200, traffic.Handled.Count);
        Assert.Equal((0, 1), (consumer.Snapshot().AlreadyFinished, consumer.Snapshot().IgnoredOffsetMaps));
        Assert.Single(lines.All, static line => line.Contains("[1016]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_map_that_is_too_long_is_cut_and_says_so()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        using var offsets = new GroupOffsets(traffic);
        using var lines = new Lines();
        traffic.Produce(30, static i => "k" + i);
        var consumer = traffic.Consume(EverySecond(traffic), With(traffic, mapBytes: 8), lines);
        consumer.Start();

        // 16 offsets fit: six bytes, of which two say the encoding and two the length.
        await Traffic.UntilAsync(() => offsets.Read().Metadata.Length == 8, () => $"{offsets.Read()}; {traffic.Describe()}");
        Assert.Single(lines.All, static line => line.Contains("[1017]", StringComparison.Ordinal));
        Assert.Equal(0, offsets.Read().Offset);
    }

    [Fact]
    public async Task A_map_that_the_broker_refuses_leaves_the_offset_bare()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        using var offsets = new GroupOffsets(traffic);
        using var lines = new Lines();
        traffic.Produce(1, static _ => "first");
        var consumer = traffic.Consume(EverySecond(traffic, from: 1), With(traffic, mapBytes: 1_000_000, lookAhead: 40_000), lines);
        consumer.Start();
        await Traffic.UntilAsync(() => offsets.Read().Offset == 1, traffic.Describe);
        traffic.Produce(40_000, static i => "k" + i);
        await Traffic.UntilAsync(() => lines.All.Any(static line => line.Contains("[1018]", StringComparison.Ordinal)), traffic.Describe);
        await Traffic.UntilAsync(() => offsets.Read() is (2, _, ""), () => $"{offsets.Read()}; {traffic.Describe()}");

        Assert.Null(consumer.Fault);
    }

    [Fact]
    public async Task A_group_may_commit_no_maps()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        using var offsets = new GroupOffsets(traffic);
        traffic.Produce(30, static i => "k" + i);
        var consumer = traffic.Consume(EverySecond(traffic, from: 3), With(traffic, mapBytes: 0));
        consumer.Start();
        await traffic.UntilHandledAsync(30);
        await consumer.StopAsync(Traffic.In(Long));

        Assert.Equal((4, 0, ""), offsets.Read());
    }

    private static RecordDelegate StuckAt(Traffic traffic, long offset) => async record =>
    {
        traffic.Note(record);
        if (record.Offset == offset)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, record.Cancellation);
        }

        return Settlement.Settled;
    };

    // Even offsets wait for a retry, odd ones are settled.
    private static RecordDelegate EverySecond(Traffic traffic, long from = 0) => record =>
    {
        traffic.Note(record);
        return new(record.Offset >= from && record.Offset % 2 == 0 ? Settlement.RetryAfter(TimeSpan.FromHours(1)) : Settlement.Settled);
    };

    private static ConsumerOptions With(Traffic traffic, bool trusts = false, int mapBytes = 4_096, int lookAhead = 10_000) => new()
    {
        GroupId = traffic.Group,
        Topics = [traffic.Topic],
        ClientSettings = traffic.Settings(),
        CommitInterval = TimeSpan.FromMilliseconds(100),
        LookAheadRecords = lookAhead,
        OffsetMapBytes = mapBytes,
        TrustMapsWithoutEpoch = trusts,
    };
}
