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
