using Headrace.Tests.Testing;

namespace Headrace.Tests.Consuming;

public sealed class StoppingTests(KafkaUnderTest kafka)
{
    [Theory]
    [InlineData("cooperative-sticky")]
    [InlineData("range")]
    [InlineData("consumer")]
    public async Task A_topic_that_one_member_stops_goes_to_the_others_and_comes_back_when_it_starts(string protocol)
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 4);
        await using var other = new Traffic(kafka.Address, await kafka.CreateTopicAsync(4), traffic.Group);
        var (one, two) = (Member("one"), Member("two"));
        await Traffic.UntilAsync(() => Of(one, traffic) + Of(two, traffic) == 4 && Of(one, other) + Of(two, other) == 4 && All(one) == 4, traffic.Describe);

        traffic.Produce(200, static i => "k" + (i % 20));
        await one.StopAsync(traffic.Topic, Cancellation);
        await one.StopAsync(traffic.Topic, Cancellation);
        Assert.Equal(0, Of(one, traffic));
        traffic.Produce(200, static i => "k" + (i % 20));
        other.Produce(100, static i => "k" + (i % 20));
        await Traffic.UntilAsync(() => Of(two, traffic) == 4 && Of(one, other) > 0, traffic.Describe);
        await traffic.UntilHandledAsync(500);

        one.Start(traffic.Topic);
        one.Start(traffic.Topic);
        await two.StopAsync(traffic.Topic, Cancellation);
        await Traffic.UntilAsync(() => Of(one, traffic) == 4, traffic.Describe);
        traffic.Produce(100, static i => "k" + (i % 20));
        await traffic.UntilHandledAsync(600);
        Assert.Equal(600, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
        Assert.Equal(600, traffic.Handled.Count);

        RecordConsumer Member(string name)
        {
            var options = new ConsumerOptions
            {
                GroupId = traffic.Group,
                Topics = [traffic.Topic, other.Topic],
                ClientSettings = traffic.Settings(Traffic.Protocol(protocol)),
                CommitInterval = TimeSpan.FromMilliseconds(100),
            };
            var member = traffic.Consume(traffic.Collect(name), options);
            member.Start();
            return member;
        }
    }

    [Fact]
    public async Task A_topic_is_given_up_when_what_is_in_flight_has_ended_and_is_committed()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(10, static _ => "a");
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = Gated(traffic, go);
        await traffic.UntilHandledAsync(1);

        var stopping = consumer.StopAsync(traffic.Topic, Cancellation);
        await Assert.ThrowsAsync<TaskCanceledException>(() => consumer.StopAsync(traffic.Topic, new(canceled: true)));
        Assert.False(stopping.IsCompleted);
        go.SetResult();
        await stopping;
        Assert.Equal(traffic.Handled.Count, traffic.Committed()[0]);
        Assert.Empty(consumer.Snapshot().Partitions);

        consumer.Start(traffic.Topic);
        await traffic.UntilHandledAsync(10);
        Assert.Equal(Enumerable.Range(0, 10).Select(static offset => (long)offset), traffic.Handled.Select(static handled => handled.Position.Offset));
    }

    [Fact]
    public async Task A_partition_is_at_rest_when_what_is_in_flight_has_ended_and_is_committed_and_others_flow()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 2);
        traffic.Produce(10, static _ => "a", partition: 0);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = Gated(traffic, go);
        await traffic.UntilHandledAsync(1);

        var stopping = consumer.StopAsync(traffic.Topic, 0, Cancellation);
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions.Any(static partition => partition is { Partition: 0, IsPaused: true }), traffic.Describe);
        Assert.False(stopping.IsCompleted);
        go.SetResult();
        await stopping;
        Assert.Single(traffic.Handled);
        Assert.Equal(1, traffic.Committed(2)[0]);
        traffic.Produce(5, static _ => "b", partition: 1);
        await traffic.UntilHandledAsync(6);
        await consumer.StopAsync(traffic.Topic, 0, Cancellation);
        Assert.Equal(6, traffic.Handled.Count);

        consumer.Start(traffic.Topic, 0);
        await traffic.UntilHandledAsync(15);
        Assert.Equal(15, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
    }

    [Fact]
    public async Task What_is_stopped_before_the_start_stays_so_and_a_stop_of_the_consumer_ends_every_wait()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(1, static _ => "a");
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = Gated(traffic, go, start: false);
        await consumer.StopAsync(traffic.Topic, Cancellation);
        await consumer.StopAsync(traffic.Topic, 0, Cancellation);
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot().IsConnected, traffic.Describe);
        consumer.Start(traffic.Topic);
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions is [{ IsPaused: true }], traffic.Describe);
        Assert.Empty(traffic.Handled);

        consumer.Start(traffic.Topic, 0);
        await traffic.UntilHandledAsync(1);
        var stopping = consumer.StopAsync(traffic.Topic, 0, Cancellation);
        await consumer.StopAsync(new CancellationToken(canceled: true));
        await stopping;
        go.SetResult();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static int All(RecordConsumer consumer) => consumer.Snapshot().Partitions.Count;

    private static int Of(RecordConsumer consumer, Traffic traffic) => consumer.Snapshot().Partitions.Count(partition => partition.Topic == traffic.Topic);

    private static RecordConsumer Gated(Traffic traffic, TaskCompletionSource go, bool start = true)
    {
        var consumer = traffic.Consume(
            async record =>
            {
                traffic.Note(record);
                await go.Task;
                return Settlement.Settled;
            },
            traffic.Options(workers: 4));
        if (start)
        {
            consumer.Start();
        }

        return consumer;
    }
}
