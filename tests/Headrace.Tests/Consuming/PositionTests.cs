using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Consuming;

public sealed class PositionTests(KafkaUnderTest kafka)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_new_group_that_starts_at_the_latest_goes_on_there_after_a_restart()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(10, static i => "old" + i);
        var consumer = traffic.Consume(traffic.Collect(), traffic.Options(startAt: StartPosition.Latest));
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions is [{ Committed: 10 }], traffic.Describe);
        await consumer.StopAsync(Traffic.In(Long));
        traffic.Produce(5, static i => "new" + i);
        consumer.Start();
        await traffic.UntilHandledAsync(5);

        Assert.Equal(Enumerable.Range(10, 5).Select(static offset => (long)offset), traffic.Handled.Select(static handled => handled.Position.Offset).Order());
    }

    [Fact]
    public async Task A_new_group_may_start_at_a_time()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(10, static i => "old" + i);
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        var time = TimeProvider.System.GetUtcNow();
        traffic.Produce(5, static i => "new" + i);
        var consumer = traffic.Consume(traffic.Collect(), traffic.Options(startAt: StartPosition.At(time)));
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions is [{ Committed: 15 }], traffic.Describe);

        Assert.Equal(5, traffic.Handled.Count);
    }

    [Fact]
    public async Task Records_deleted_before_they_were_read_stop_the_group_and_the_fault_names_them()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(100, static i => "k" + i);
        traffic.Commit(20);
        await DeleteBeforeAsync(traffic.Topic, 50);
        var consumer = traffic.Consume(traffic.Collect());
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Fault is not null, traffic.Describe);
        await consumer.StopAsync(Traffic.In(Long));

        Assert.Contains("20 to 49", consumer.Fault!.Message, StringComparison.Ordinal);
        Assert.Contains("30 offsets", consumer.Fault.Message, StringComparison.Ordinal);
        Assert.Empty(traffic.Handled);
        Assert.Equal(20, traffic.Committed()[0]);
    }

    [Fact]
    public async Task A_new_group_starts_where_the_log_starts()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(100, static i => "k" + i);
        await DeleteBeforeAsync(traffic.Topic, 50);
        var consumer = traffic.Consume(traffic.Collect());
        consumer.Start();
        await traffic.UntilHandledAsync(50);

        Assert.Equal(50, traffic.Handled.Min(static handled => handled.Position.Offset));
    }

    [Fact]
    public async Task A_position_beyond_the_log_s_end_starts_over_where_a_new_group_would()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(10, static i => "k" + i);
        traffic.Commit(1_000);
        var consumer = traffic.Consume(traffic.Collect());
        consumer.Start();
        await traffic.UntilHandledAsync(10);
        await Traffic.UntilAsync(() => traffic.Committed()[0] == 10, traffic.Describe);

        Assert.Null(consumer.Fault);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(80)]
    public async Task An_offset_that_is_reset_while_the_group_is_stopped_is_where_it_goes_on(long to)
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        using var offsets = new GroupOffsets(traffic);
        traffic.Produce(100, static i => "k" + i);
        var isFirst = true;
        var consumer = traffic.Consume(record =>
        {
            // With a map: 51 to 99 are finished, 50 is not.
            traffic.Note(record);
            return new(isFirst && record.Offset == 50 ? Settlement.RetryAfter(Long) : Settlement.Settled);
        });
        consumer.Start();
        await Traffic.UntilAsync(() => traffic.Handled.Count == 100 && offsets.Read() is (50, _, not ""), () => $"{offsets.Read()}; {traffic.Describe()}");
        await consumer.StopAsync(new(canceled: true));
        (isFirst, var before) = (false, traffic.Handled.Count);

        await offsets.WriteAsync(to, -1, "");
        consumer.Start();
        await Traffic.UntilAsync(() => offsets.Read().Offset == 100, () => $"{offsets.Read()}; {traffic.Describe()}");

        // What was finished before is handled again: that is what a reset is for.
        Assert.Equal(
            Enumerable.Range((int)to, 100 - (int)to).Select(static offset => (long)offset), traffic.Handled.Skip(before).Select(static handled => handled.Position.Offset).Order());
    }

    [Fact]
    public async Task Gaps_that_compaction_left_are_gone_over_and_everything_is_committed()
    {
        await using var traffic = new Traffic(
            kafka.Address,
            await kafka.CreateTopicAsync(settings: new Dictionary<string, string>
            {
                ["cleanup.policy"] = "compact", ["segment.ms"] = "100", ["min.cleanable.dirty.ratio"] = "0.001", ["max.compaction.lag.ms"] = "100", ["delete.retention.ms"] = "1",
            }),
            kafka.NewName("group"));
        var kept = int.MaxValue;
        for (var round = 0; kept > 5 * 40 && round < 200; round++)
        {
            traffic.Produce(40, static i => "k" + (i % 20));
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, TestContext.Current.CancellationToken);
            var there = TopicReader.ReadAll(kafka, traffic.Topic, 1);
            kept = there.Count < (round + 1) * 40 ? there.Count : kept;
            Assert.True(round < 199, "Nothing was compacted.");
        }

        var end = TopicReader.ReadAll(kafka, traffic.Topic, 1)[^1].Offset.Value + 1;
        var consumer = traffic.Consume(traffic.Collect());
        consumer.Start();
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == end, traffic.Describe);

        Assert.Null(consumer.Fault);
        Assert.True(traffic.Handled.Count < end, $"{traffic.Handled.Count} of {end}");
        Assert.Equal(20, traffic.Handled.Select(static handled => handled.Key).Distinct().Count());
    }

    [Fact]
    public async Task Control_markers_leave_no_lag()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.Address, TransactionalId = kafka.NewName("tx") }).Build();
        producer.InitTransactions(Long);
        producer.BeginTransaction();
        producer.Produce(traffic.Topic, new() { Key = "a", Value = "committed" });
        producer.CommitTransaction();
        producer.BeginTransaction();
        producer.Produce(traffic.Topic, new() { Key = "a", Value = "aborted" });
        producer.Flush(Long);
        producer.AbortTransaction();

        var consumer = traffic.Consume(traffic.Collect());
        consumer.Start();

        // Record, marker, aborted record, marker.
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 4, traffic.Describe);
        Assert.Single(traffic.Handled);
    }

    private async Task DeleteBeforeAsync(string topic, long offset)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Address }).Build();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, offset)], new DeleteRecordsOptions { OperationTimeout = Long });
    }
}
