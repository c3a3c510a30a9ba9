using Confluent.Kafka;
using Headrace.Tests.Consuming;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Delivery;

/// <summary>One member is ours, the other a plain client of the same library with the same assignor.</summary>
public sealed class MixedGroupTests(KafkaUnderTest kafka)
{
    [Theory]
    [InlineData("range")]
    [InlineData("roundrobin")]
    [InlineData("cooperative-sticky")]
    [InlineData("consumer")]
    public async Task Beside_a_plain_member_every_record_is_handled_once(string protocol)
    {
        await kafka.SkipWithoutAsync(protocol);
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 4);
        var ours = traffic.Consume(traffic.Collect("ours"), traffic.Options(settings: Traffic.Protocol(protocol)));
        ours.Start();
        await Traffic.UntilAsync(() => ours.Snapshot().Partitions.Count == 4, traffic.Describe);
        traffic.Produce(400, static i => "k" + i);
        await traffic.UntilHandledAsync(400);

        var settings = traffic.Settings([("group.id", traffic.Group), .. Traffic.Protocol(protocol)]);
        settings["auto.offset.reset"] = "earliest";
        settings["enable.auto.commit"] = "false";
        using (var plain = new ConsumerBuilder<byte[], byte[]>(settings).Build())
        {
            plain.Subscribe(traffic.Topic);
            await Traffic.UntilAsync(() => Take(plain) && plain.Assignment.Count == 2 && ours.Snapshot().Partitions.Count == 2, () => $"{plain.Assignment.Count}; {traffic.Describe()}");
            traffic.Produce(400, static i => "k" + i);
            await Traffic.UntilAsync(() => Take(plain) && traffic.Handled.Count == 800, () => $"{traffic.Handled.Count} handled; {traffic.Describe()}");
            plain.Commit();
            plain.Close();
        }

        await Traffic.UntilAsync(() => ours.Snapshot().Partitions.Count == 4, traffic.Describe);
        traffic.Produce(100, static i => "k" + i);
        await traffic.UntilHandledAsync(900);
        await Traffic.UntilAsync(() => traffic.Committed(4).Values.Sum() == 900, traffic.Describe);
        Assert.Equal(900, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
        Assert.Equal(900, traffic.Handled.Count);

        bool Take(IConsumer<byte[], byte[]> plain)
        {
            while (plain.Consume(TimeSpan.FromMilliseconds(20)) is { } record)
            {
                traffic.Handled.Enqueue(("plain", null, new(record.Topic, record.Partition, record.Offset)));
            }

            return true;
        }
    }

    [Theory]
    [InlineData("kcat", "cooperative-sticky")]
    [InlineData("kcat", "range")]
    [InlineData("java", "CooperativeStickyAssignor")]
    public async Task Beside_a_member_of_another_language_every_record_is_handled_once(string kind, string assignor)
    {
        Assert.SkipWhen(kind == "java" && OutsideConsumer.KafkaHome.Length == 0, "Not tried beside Apache Kafka's own consumer: HEADRACE_KAFKA_HOME names no folder of it.");
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 4);
        var ours = traffic.Consume(traffic.Collect("ours"), traffic.Options(settings: Traffic.Protocol(assignor == "range" ? assignor : "cooperative-sticky")));
        ours.Start();
        traffic.Produce(200, static i => "k" + i);
        await Traffic.UntilAsync(() => traffic.Committed(4).Values.Sum() == 200, traffic.Describe);

        await using var other = kind == "java"
            ? OutsideConsumer.Java(kafka.Address, traffic.Group, traffic.Topic, assignor)
            : OutsideConsumer.Kcat(kafka.Address, traffic.Group, traffic.Topic, assignor);
        Assert.SkipWhen(other is null, "Not tried beside kcat: it is not on the PATH.");
        await Traffic.UntilAsync(() => ours.Snapshot().Partitions.Count == 2, () => $"{traffic.Describe()}; {string.Join(' ', other!.Errors)}");
        traffic.Produce(400, static i => "k" + i);
        await Traffic.UntilAsync(() => traffic.Handled.Count + other!.Taken.Count >= 600, () => $"{other!.Taken.Count} by {kind}; {traffic.Describe()}; {string.Join(' ', other.Errors)}");
        Assert.NotEmpty(other!.Taken);
        await Traffic.UntilAsync(() => traffic.Committed(4).Values.Sum() == 600, traffic.Describe);

        await other.LeaveAsync();
        await Traffic.UntilAsync(() => ours.Snapshot().Partitions.Count == 4, traffic.Describe);
        traffic.Produce(100, static i => "k" + i);
        await Traffic.UntilAsync(() => traffic.Committed(4).Values.Sum() == 700, traffic.Describe);

        List<(int, long)> all = [.. traffic.Handled.Select(static handled => (handled.Position.Partition, handled.Position.Offset)), .. other.Taken];
        Assert.Equal(700, all.Distinct().Count());
        Assert.Equal(700, all.Count);
    }

    [Fact]
    public async Task Beside_a_member_that_commits_the_same_maps_each_goes_on_from_the_other_s()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        using var offsets = new GroupOffsets(traffic);
        traffic.Produce(400, static i => "k" + i);
        ConsumerOptions options = new()
        {
            GroupId = traffic.Group,
            Topics = [traffic.Topic],
            ClientSettings = traffic.Settings(),
            CommitInterval = TimeSpan.FromMilliseconds(50),
            Workers = 200,
            TrustMapsWithoutEpoch = true,
        };
        var first = traffic.Consume(StuckAt7And100AndFrom250(traffic), options);
        first.Start();
        await Traffic.UntilAsync(() => traffic.Handled.Count == 248 && ForeignMap.Finished(offsets.Read()).Count() == 241, () => $"{offsets.Read()}; {traffic.Describe()}");
        await first.StopAsync(new(canceled: true));

        // The other library reads the map, handles all but 300 of what is left up to 320, and commits a map of its own, without an epoch.
        var finished = Enumerable.Range(0, 7).Select(static offset => (long)offset).Concat(ForeignMap.Finished(offsets.Read())).ToHashSet();
        foreach (var offset in Enumerable.Range(0, 320).Select(static offset => (long)offset).Where(offset => offset is not (100 or 300) && finished.Add(offset)))
        {
            traffic.Handled.Enqueue(("other", null, new(traffic.Topic, 0, offset)));
        }

        await offsets.WriteAsync(100, -1, ForeignMap.Write(100, finished));
        var last = traffic.Consume(traffic.Collect("last"), options);
        last.Start();
        await Traffic.UntilAsync(() => offsets.Read() is (400, _, ""), () => $"{offsets.Read()}; {traffic.Describe()}");

        Assert.Equal(Enumerable.Range(0, 400).Select(static offset => (long)offset), traffic.Handled.Select(static handled => handled.Position.Offset).Order());
        Assert.Equal([100, 300, 320], traffic.Handled.Where(static handled => handled.Consumer == "last").Select(static handled => handled.Position.Offset).Order().Take(3));
    }

    private static RecordDelegate StuckAt7And100AndFrom250(Traffic traffic) => async record =>
    {
        if (record.Offset is 7 or 100 or >= 250)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, record.Cancellation);
        }

        traffic.Note(record, "first");
        return Settlement.Settled;
    };

    [Fact]
    public async Task A_commit_of_another_member_over_ours_is_gone_over_by_the_next()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        using var offsets = new GroupOffsets(traffic);
        var ours = traffic.Consume(traffic.Collect());
        ours.Start();
        traffic.Produce(100, static i => "k" + i);
        await Traffic.UntilAsync(() => offsets.Read().Offset == 100, traffic.Describe);

        // A member of the group, which has another topic: the broker does not ask whose partition it is.
        var settings = traffic.Settings(("group.id", traffic.Group), ("partition.assignment.strategy", "cooperative-sticky"), ("enable.auto.commit", "false"));
        using (var other = new ConsumerBuilder<byte[], byte[]>(settings).Build())
        {
            other.Subscribe(await kafka.CreateTopicAsync());
            await Traffic.UntilAsync(
                () =>
                {
                    other.Consume(TimeSpan.FromMilliseconds(20));
                    return other.Assignment.Count == 1;
                },
                traffic.Describe);
            other.Commit([new(traffic.Topic, 0, 3)]);
            Assert.Equal(3, offsets.Read().Offset);
            other.Close();
        }

        traffic.Produce(1, static _ => "next");
        await Traffic.UntilAsync(() => offsets.Read().Offset == 101, traffic.Describe);
        Assert.Equal(101, traffic.Handled.Count);
    }
}
