using System.Collections.Concurrent;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Consuming;

public sealed class RecordConsumerTests(KafkaUnderTest kafka)
{
    [Fact]
    public async Task A_long_backlog_of_one_partition_keeps_no_other_waiting()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 2);
        traffic.Produce(5_000, static i => "k" + i, partition: 0);
        traffic.Produce(50, static i => "k" + i, partition: 1);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = traffic.Consume(
            async record =>
            {
                await go.Task.WaitAsync(record.Cancellation);
                traffic.Note(record);
                await Task.Yield();
                return Settlement.Settled;
            },
            traffic.Options(workers: 4, lookAhead: 500));
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions is [{ Buffered: > 0 }, { Buffered: > 0 }], traffic.Describe);
        go.SetResult();
        await traffic.UntilHandledAsync(5_050);

        var lastOfTheOther = traffic.Handled.Select(static handled => handled.Position.Partition).ToList().LastIndexOf(1);
        Assert.InRange(lastOfTheOther, 49, 1_000);
    }

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Every_record_is_handled_once_and_a_stop_commits_all_of_it()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 3);
        traffic.Produce(1_000, static i => "k" + (i % 40));
        var consumer = traffic.Consume(traffic.Collect());
        consumer.Start();

        await traffic.UntilHandledAsync(1_000);
        await consumer.StopAsync(Traffic.In(Long));

        Assert.Equal(1_000, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
        Assert.Equal(1_000, traffic.Committed(3).Values.Sum());
        Assert.Equal(ConsumerState.Stopped, consumer.Snapshot().State);
    }

    [Fact]
    public async Task A_restart_goes_on_exactly_at_the_watermark()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(300, static i => "k" + (i % 10));
        var first = traffic.Consume(record =>
        {
            traffic.Note(record);
            return ValueTask.FromResult(record.Offset < 100 ? Settlement.Settled : Settlement.RetryAfter(TimeSpan.FromHours(1)));
        });
        first.Start();
        await traffic.UntilHandledAsync(110);
        await first.StopAsync(Traffic.In(Long));
        Assert.Equal(100, traffic.Committed()[0]);

        traffic.Handled.Clear();
        var second = traffic.Consume(traffic.Collect());
        second.Start();
        await traffic.UntilHandledAsync(200);

        Assert.Equal(Enumerable.Range(100, 200).Select(static offset => (long)offset), traffic.Handled.Select(static handled => handled.Position.Offset).Order());
    }

    [Fact]
    public async Task Only_what_is_contiguous_is_committed()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(100, static i => "k" + i);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = traffic.Consume(async record =>
        {
            traffic.Note(record);
            if (record.Offset == 40)
            {
                await go.Task;
            }

            return Settlement.Settled;
        });
        consumer.Start();
        await traffic.UntilHandledAsync(100);
        await Traffic.UntilAsync(() => consumer.Snapshot().Settled == 99 && traffic.Committed().GetValueOrDefault(0) == 40, traffic.Describe);

        go.SetResult();
        await Traffic.UntilAsync(() => traffic.Committed()[0] == 100, traffic.Describe);
    }

    [Fact]
    public async Task A_retry_holds_its_key_only_and_keeps_its_place()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(60, static i => i % 3 == 0 ? "slow" : "k" + (i % 3));
        var consumer = traffic.Consume(record =>
        {
            if (record.Offset == 0 && record.Attempt < 2)
            {
                record.State = record.Attempt == 0 ? "kept" : record.State;
                return ValueTask.FromResult(Settlement.RetryAfter(TimeSpan.FromMilliseconds(300)));
            }

            Assert.Equal(record.Offset == 0 ? "kept" : null, record.State);
            traffic.Note(record);
            return ValueTask.FromResult(Settlement.Settled);
        });
        consumer.Start();
        await traffic.UntilHandledAsync(60);

        var order = traffic.Handled.ToArray();
        Assert.DoesNotContain(order[..40], static handled => handled.Key == "slow");
        Assert.Equal(Enumerable.Range(0, 20).Select(static i => i * 3L), order[40..].Select(static handled => handled.Position.Offset));
    }

    [Fact]
    public async Task Order_holds_by_key_with_16_workers_whatever_the_handlers_do()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 4);
        traffic.Produce(5_000, static i => "k" + (i * 7919 % 83));
        var (inside, broken) = (new ConcurrentDictionary<string, bool>(), new ConcurrentQueue<string>());
        var consumer = traffic.Consume(
            async record =>
            {
                var (key, kind) = (record.CopyKey().ToString(), record.Offset % 6);
                if (!inside.TryAdd(key, true))
                {
                    broken.Enqueue($"{key} met two workers");
                }

                if (kind == 0)
                {
                    await Task.Yield();
                }
                else if (kind == 1)
                {
                    Thread.SpinWait(5_000);
                }

                traffic.Note(record);
                inside.TryRemove(key, out _);
                return Settlement.Settled;
            },
            traffic.Options(workers: 16));
        consumer.Start();
        await traffic.UntilHandledAsync(5_000);

        Assert.Empty(broken);
        foreach (var lane in traffic.Handled.GroupBy(static handled => (handled.Key, handled.Position.Partition)))
        {
            Assert.Equal(lane.Select(static handled => handled.Position.Offset).Order(), lane.Select(static handled => handled.Position.Offset));
        }
    }

    [Fact]
    public async Task A_handler_that_throws_stops_the_consumer_and_is_not_passed()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(20, static _ => "same");
        var consumer = traffic.Consume(record =>
        {
            traffic.Note(record);
            return record.Offset == 7 ? throw new InvalidOperationException("cannot") : ValueTask.FromResult(Settlement.Settled);
        });
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Fault is not null, traffic.Describe);
        await consumer.StopAsync(Traffic.In(Long));

        Assert.Equal(ConsumerState.Faulted, consumer.Snapshot().State);
        Assert.Contains($"{traffic.Topic}[0]@7", consumer.Fault!.Message, StringComparison.Ordinal);
        Assert.Equal(7, traffic.Committed()[0]);
        Assert.Equal(8, traffic.Handled.Count);

        consumer.Start();
        await Traffic.UntilAsync(() => traffic.Handled.Count == 9, traffic.Describe);
        Assert.Equal(7, traffic.Handled.Last().Position.Offset);
    }

    [Fact]
    public async Task What_is_in_flight_at_a_stop_drains_and_what_exceeds_the_deadline_is_cancelled_and_read_again()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(4, static i => "k" + i);
        var (go, cancelled) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        var consumer = traffic.Consume(
            async record =>
            {
                traffic.Note(record);
                if (record.Offset < 2)
                {
                    await go.Task;
                }
                else
                {
                    using var noted = record.Cancellation.Register(() => cancelled.TrySetResult());
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, record.Cancellation);
                }

                return Settlement.Settled;
            },
            traffic.Options(workers: 4));
        consumer.Start();
        await traffic.UntilHandledAsync(4);
        using var deadline = new CancellationTokenSource();
        var stop = consumer.StopAsync(deadline.Token);
        go.SetResult();
        await Traffic.UntilAsync(() => consumer.Snapshot().Settled == 2, traffic.Describe);
        Assert.False(stop.IsCompleted);
        await deadline.CancelAsync();
        await stop;

        await Traffic.UntilAsync(() => cancelled.Task.IsCompleted, traffic.Describe);
        Assert.Equal(2, traffic.Committed()[0]);
    }

    [Fact]
    public async Task Stop_and_start_and_pause_and_resume_may_be_repeated()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        var consumer = traffic.Consume(traffic.Collect());
        await consumer.StopAsync(CancellationToken.None);
        consumer.Start();
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot().State == ConsumerState.Running, traffic.Describe);
        consumer.Pause();
        consumer.Pause();
        traffic.Produce(10, static i => "k" + i);
        Assert.Equal(ConsumerState.Paused, consumer.Snapshot().State);
        consumer.Resume();
        consumer.Resume();
        await traffic.UntilHandledAsync(10);
        await consumer.StopAsync(Traffic.In(Long));
        await consumer.StopAsync(Traffic.In(Long));
        traffic.Produce(10, static i => "k" + i);
        consumer.Start();
        await traffic.UntilHandledAsync(20);

        Assert.Equal(20, traffic.Handled.Count);
    }

    [Fact]
    public async Task A_paused_consumer_hands_out_nothing()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(10, static i => "k" + i);
        var consumer = traffic.Consume(traffic.Collect());
        consumer.Pause();
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot() is { State: ConsumerState.Paused, Partitions.Count: 1 }, traffic.Describe);
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Empty(traffic.Handled);
        consumer.Resume();
        await traffic.UntilHandledAsync(10);
    }

    [Fact]
    public async Task The_look_ahead_bounds_what_is_taken_from_kafka()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 2);
        traffic.Produce(2_000, static i => "k" + i);
        var most = 0;
        var consumer = traffic.Consume(
            record =>
            {
                traffic.Note(record);
                return ValueTask.FromResult(traffic.Handled.Count > 1_900 ? Settlement.Settled : Settlement.RetryAfter(TimeSpan.FromMilliseconds(1)));
            },
            traffic.Options(lookAhead: 100));
        consumer.Start();
        await Traffic.UntilAsync(
            () =>
            {
                var snapshot = consumer.Snapshot();
                most = Math.Max(most, snapshot.Partitions.Sum(static partition => partition.Buffered));
                return snapshot.Settled == 2_000;
            },
            traffic.Describe);

        Assert.InRange(most, 50, 100);
    }
}
