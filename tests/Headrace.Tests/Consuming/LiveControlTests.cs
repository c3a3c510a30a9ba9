using System.Collections.Concurrent;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Consuming;

public sealed class LiveControlTests(KafkaUnderTest kafka)
{
    [Fact]
    public async Task A_paused_partition_or_topic_waits_while_others_flow_and_goes_on_where_it_was()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 2);
        var consumer = traffic.Consume(traffic.Collect());
        consumer.Pause(traffic.Topic, 1);
        consumer.Pause(traffic.Topic, 1);
        consumer.Start();
        traffic.Produce(20, static i => "k" + (i % 3), partition: 0);
        traffic.Produce(20, static i => "k" + (i % 3), partition: 1);
        await traffic.UntilHandledAsync(20);
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions.Any(static partition => partition is { Partition: 1, IsPaused: true }), traffic.Describe);
        Assert.All(traffic.Handled, static handled => Assert.Equal(0, handled.Position.Partition));

        consumer.Pause(traffic.Topic);
        consumer.Resume(traffic.Topic, 1);
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions.All(static partition => partition.IsPaused), traffic.Describe);
        traffic.Produce(20, static i => "k" + (i % 3), partition: 0);
        Assert.Equal(20, traffic.Handled.Count);
        consumer.Resume(traffic.Topic);
        consumer.Resume(traffic.Topic);
        await traffic.UntilHandledAsync(60);

        Assert.Equal(60, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
        Assert.Equal(60, traffic.Handled.Count);
    }

    [Fact]
    public async Task A_handler_that_outlives_a_stop_is_waited_for_by_the_next_start()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(2, static _ => "a");
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (running, most) = (0, 0);
        var consumer = traffic.Consume(async record =>
        {
            var position = record.Position;
            most = Math.Max(most, Interlocked.Increment(ref running));
            traffic.Handled.Enqueue(("one", "a", position));
            // It does not heed its token.
            await go.Task;
            Interlocked.Decrement(ref running);
            return Settlement.Settled;
        });
        consumer.Start();
        await traffic.UntilHandledAsync(1);
        for (var restarts = 0; restarts < 2; restarts++)
        {
            await consumer.StopAsync(Traffic.In(TimeSpan.FromMilliseconds(100)));
            consumer.Start();
            await Traffic.UntilAsync(() => consumer.Snapshot().LastError?.Contains("waits for 1 handlers that were abandoned", StringComparison.Ordinal) == true, traffic.Describe);
            Assert.Single(traffic.Handled);
        }

        go.SetResult();
        await traffic.UntilHandledAsync(3);
        Assert.Equal([0L, 0L, 1L], traffic.Handled.Select(static handled => handled.Position.Offset));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_partition_that_is_paused_while_records_are_in_flight_finishes_those_and_begins_no_more()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(50, static i => "k" + (i % 10));
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = traffic.Consume(
            async record =>
            {
                traffic.Note(record);
                await go.Task;
                return Settlement.Settled;
            },
            traffic.Options(workers: 4));
        consumer.Start();
        await traffic.UntilHandledAsync(4);
        consumer.Pause(traffic.Topic, 0);
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions[0].IsPaused, traffic.Describe);
        go.SetResult();
        await Traffic.UntilAsync(() => consumer.Snapshot() is { InFlight: 0, Settled: 4 }, traffic.Describe);
        Assert.Equal(4, traffic.Handled.Count);

        await consumer.StopAsync(Traffic.In(TimeSpan.FromSeconds(30)));
        Assert.Equal(4, traffic.Handled.Count);
        consumer.Resume(traffic.Topic, 0);
        consumer.Start();
        await traffic.UntilHandledAsync(50);
        Assert.Equal(50, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
    }

    [Fact]
    public async Task The_number_of_workers_changes_while_records_flow_and_none_is_lost_or_repeated_or_out_of_order()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 3);
        var (inside, most, broken) = (0, 0, new ConcurrentQueue<string>());
        var running = new ConcurrentDictionary<string, bool>();
        var consumer = traffic.Consume(
            async record =>
            {
                var key = $"{record.Partition} {record.CopyKey()}";
                if (!running.TryAdd(key, true))
                {
                    broken.Enqueue(key);
                }

                var now = Interlocked.Increment(ref inside);
                Volatile.Write(ref most, Math.Max(now, Volatile.Read(ref most)));
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                running.TryRemove(key, out _);
                traffic.Note(record);
                return Settlement.Settled;
            },
            traffic.Options(workers: 2));
        consumer.Start();
        for (var round = 1; round <= 10; round++)
        {
            traffic.Produce(500, static i => "k" + (i % 40));
            consumer.Workers = round % 2 == 0 ? 1 : 16;
            await traffic.UntilHandledAsync((round * 500) - 200);
        }

        await traffic.UntilHandledAsync(5_000);

        Assert.Empty(broken);
        Assert.InRange(most, 2, 16);
        Assert.Equal(5_000, traffic.Handled.Count);
        foreach (var lane in traffic.Handled.GroupBy(static handled => (handled.Key, handled.Position.Partition)))
        {
            Assert.Equal(lane.Select(static handled => handled.Position.Offset).Order(), lane.Select(static handled => handled.Position.Offset));
        }
    }

    [Fact]
    public async Task Fewer_workers_let_what_is_in_flight_end_and_then_handle_fewer_at_once()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(20, static i => "k" + i);
        var gates = Enumerable.Range(0, 20).Select(static _ => new SemaphoreSlim(0)).ToArray();
        var consumer = traffic.Consume(
            async record =>
            {
                traffic.Note(record);
                await gates[record.Offset].WaitAsync();
                return Settlement.Settled;
            },
            traffic.Options(workers: 8));
        consumer.Start();
        await traffic.UntilHandledAsync(8);
        consumer.Workers = 2;
        var first = traffic.Handled.Select(static handled => handled.Position.Offset).ToList();
        foreach (var offset in first.Take(6))
        {
            gates[offset].Release();
        }

        await Traffic.UntilAsync(() => consumer.Snapshot() is { InFlight: 2, Settled: 6 }, traffic.Describe);
        Assert.Equal(8, traffic.Handled.Count);
        gates[first[6]].Release();
        await traffic.UntilHandledAsync(9);
        Assert.Equal(2, consumer.Snapshot().InFlight);

        consumer.Workers = 20;
        Array.ForEach(gates, static gate => gate.Release());
        await traffic.UntilHandledAsync(20);
        Assert.Equal(20, traffic.Handled.Count);
    }
}
