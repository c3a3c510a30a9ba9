using System.Collections.Concurrent;
using Headrace.Tests.Consuming;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Delivery;

/// <summary>What the best-known peer loses records by, one test each: the engine's part of the loss suite.</summary>
public sealed class LossTests(KafkaUnderTest kafka)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    // A machine that stalls for a session loses it, and repeats what was not committed: where only one member is needed, it has time.
    private static readonly (string Name, string Value)[] LongSession = [("session.timeout.ms", "60000")];

    [Theory]
    [InlineData(Ordering.ByKey)]
    [InlineData(Ordering.ByPartition)]
    [InlineData(Ordering.Unordered)]
    public async Task B1_twenty_changes_of_the_worker_count_under_load_lose_and_repeat_nothing(Ordering ordering)
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 3);
        var consumer = traffic.Consume(Yielding(traffic), traffic.Options(workers: 4, lookAhead: 100, ordering: ordering, settings: LongSession));
        consumer.Start();
        var random = new Random(1);
        for (var change = 1; change <= 20; change++)
        {
            traffic.Produce(150, static i => "k" + (i % 40));
            consumer.Workers = random.Next(1, 17);
            await traffic.UntilHandledAsync((change * 150) - 100);
        }

        await Traffic.UntilAsync(() => traffic.Committed(3).Values.Sum() == 3_000, traffic.Describe);
        Assert.Equal(3_000, traffic.Handled.Count);
        Assert.Equal(3_000, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
    }

    [Fact]
    public async Task B2_a_change_of_the_worker_count_that_outlasts_every_drain_loses_and_repeats_nothing()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(200, static i => "k" + i);
        var gate = new SemaphoreSlim(0);
        var consumer = traffic.Consume(
            async record =>
            {
                await gate.WaitAsync(record.Cancellation);
                traffic.Note(record);
                return Settlement.Settled;
            },
            traffic.Options(workers: 8, revokeDrain: TimeSpan.FromMilliseconds(1), settings: LongSession));
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot().InFlight == 8, traffic.Describe);
        for (var change = 0; change < 10; change++)
        {
            // The handlers of the old count are still in flight when the next change comes.
            consumer.Workers = change % 2 == 0 ? 1 : 8;
            gate.Release(4);
            await traffic.UntilHandledAsync((change + 1) * 4);
        }

        consumer.Workers = 8;
        gate.Release(200);
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 200, traffic.Describe);
        Assert.Equal(200, traffic.Handled.Count);
        Assert.Equal(200, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
    }

    [Theory]
    [InlineData("range")]
    [InlineData("cooperative-sticky")]
    [InlineData("consumer")]
    public async Task B3_B4_members_come_and_go_while_handlers_outlast_the_drain(string protocol)
    {
        await kafka.SkipWithoutAsync(protocol);
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 4);
        traffic.Produce(1_200, static i => "k" + (i % 97));
        var settled = new ConcurrentDictionary<RecordPosition, int>();
        async ValueTask<Settlement> HandleAsync(Record record)
        {
            var position = record.Position;
            await Task.Delay(TimeSpan.FromMilliseconds(position.Offset % 50 == 0 ? 1_000 : 2), TimeProvider.System, record.Cancellation);
            settled.AddOrUpdate(position, 1, static (_, times) => times + 1);
            return Settlement.Settled;
        }

        var options = traffic.Options(workers: 4, revokeDrain: TimeSpan.FromMilliseconds(200), settings: Traffic.Protocol(protocol));
        var (stays, comes) = (traffic.Consume(HandleAsync, options), traffic.Consume(HandleAsync, options));
        stays.Start();
        for (var round = 0; round < 2; round++)
        {
            comes.Start();
            await Traffic.UntilAsync(() => stays.Snapshot().Partitions.Count == 2 && comes.Snapshot().Partitions.Count == 2, traffic.Describe);
            await comes.StopAsync(Traffic.In(TimeSpan.FromMilliseconds(200)));
            await Traffic.UntilAsync(() => stays.Snapshot().Partitions.Count == 4, traffic.Describe);
        }

        await Traffic.UntilAsync(() => settled.Count == 1_200, () => $"{settled.Count} settled; {traffic.Describe()}");
        await Traffic.UntilAsync(() => traffic.Committed(4).Values.Sum() == 1_200, traffic.Describe);

        // Only settled records can be repeated whose commit was not taken any more; the map leaves none of them to a drain that was too short.
        Assert.DoesNotContain(settled.Values, static times => times > 1);
    }

    [Fact]
    public async Task B7_a_pause_from_a_handler_a_full_look_ahead_and_a_rebalance_do_not_block_each_other()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 2);
        traffic.Produce(500, static i => "k" + i);
        RecordConsumer? first = null;
        var pauses = 0;
        first = traffic.Consume(
            record =>
            {
                traffic.Note(record, "first");
                if (Interlocked.Increment(ref pauses) == 20)
                {
                    first!.Pause();
                }

                return ValueTask.FromResult(Settlement.Settled);
            },
            traffic.Options(lookAhead: 20));
        first.Start();
        await Traffic.UntilAsync(() => first.Snapshot().State == ConsumerState.Paused, traffic.Describe);
        var second = traffic.Consume(traffic.Collect("second"), traffic.Options(lookAhead: 20));
        second.Start();
        await Traffic.UntilAsync(() => first.Snapshot().Partitions.Count == 1 && second.Snapshot().Partitions.Count == 1, traffic.Describe);
        first.Resume();
        await Traffic.UntilAsync(() => traffic.Committed(2).Values.Sum() == 500, traffic.Describe);
        Assert.Equal(500, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
    }

    [Fact]
    public async Task B8_a_stop_ends_although_a_handler_is_stuck_and_the_look_ahead_is_full()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(200, static _ => "same");
        using var go = new ManualResetEventSlim();
        var consumer = traffic.Consume(
            record =>
            {
                traffic.Note(record);
                go.Wait(CancellationToken.None);
                return ValueTask.FromResult(Settlement.Settled);
            },
            traffic.Options(lookAhead: 10));
        consumer.Start();
        await traffic.UntilHandledAsync(1);
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions is [{ Buffered: 10 }], traffic.Describe);
        await consumer.StopAsync(Traffic.In(TimeSpan.FromMilliseconds(500))).WaitAsync(Long, TestContext.Current.CancellationToken);

        Assert.Equal(ConsumerState.Stopped, consumer.Snapshot().State);
        Assert.Equal(0, traffic.Committed().GetValueOrDefault(0));
        go.Set();
    }

    [Fact]
    public async Task B11_committed_offsets_never_move_back_whoever_comes_and_goes()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 3);
        var (random, running, watch) = (new Random(11), new bool[3], new CommitWatch(traffic, partitions: 3));
        var options = traffic.Options(workers: 4, revokeDrain: TimeSpan.FromMilliseconds(50));
        var members = Enumerable.Range(0, 3).Select(_ => traffic.Consume(
            async record =>
            {
                var position = record.Position;
                await Task.Delay(TimeSpan.FromMilliseconds(position.Offset % 5), TimeProvider.System, record.Cancellation);
                traffic.Handled.Enqueue(("any", null, position));
                return Settlement.Settled;
            },
            options)).ToArray();
        for (var round = 0; round < 12; round++)
        {
            var member = random.Next(3);
            traffic.Produce(200, static i => "k" + (i % 50));
            running[member] = !running[member];
            if (running[member])
            {
                members[member].Start();
            }
            else
            {
                await members[member].StopAsync(Traffic.In(TimeSpan.FromMilliseconds(50)));
            }

            watch.Look();
        }

        members[0].Start();
        await Traffic.UntilAsync(() => watch.Look() == 2_400, traffic.Describe);
        Assert.Empty(watch.MovedBack);
        Assert.Equal(2_400, traffic.Handled.Select(static handled => handled.Position).Distinct().Count());
    }

    [Fact]
    public async Task B12_a_second_start_or_stop_changes_nothing_and_workers_set_before_the_assignment_hold()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        var (inside, most) = (0, 0);
        var consumer = traffic.Consume(
            async record =>
            {
                var now = Interlocked.Increment(ref inside);
                Volatile.Write(ref most, Math.Max(now, Volatile.Read(ref most)));
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
                Interlocked.Decrement(ref inside);
                traffic.Note(record);
                return Settlement.Settled;
            },
            traffic.Options(workers: 9, settings: LongSession));
        consumer.Workers = 5;
        consumer.Start();
        consumer.Workers = 2;
        consumer.Start();
        traffic.Produce(200, static i => "k" + i);
        await traffic.UntilHandledAsync(200);
        await Task.WhenAll(consumer.StopAsync(Traffic.In(Long)), consumer.StopAsync(Traffic.In(Long))).WaitAsync(Long, TestContext.Current.CancellationToken);
        consumer.Start();
        consumer.Start();
        traffic.Produce(200, static i => "k" + i);
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 400, traffic.Describe);

        Assert.InRange(most, 1, 2);
        Assert.Equal(400, traffic.Handled.Count);
    }

    private static RecordDelegate Yielding(Traffic traffic) => async record =>
    {
        await Task.Yield();
        traffic.Note(record);
        return Settlement.Settled;
    };

    private sealed class CommitWatch(Traffic traffic, int partitions)
    {
        private readonly Dictionary<int, long> _highest = [];

        public List<string> MovedBack { get; } = [];

        /// <summary>Says how much is committed in all.</summary>
        public long Look()
        {
            var committed = traffic.Committed(partitions);
            foreach (var (partition, offset) in committed)
            {
                if (_highest.TryGetValue(partition, out var before) && offset < before)
                {
                    MovedBack.Add($"{partition}: {before} to {offset}");
                }

                _highest[partition] = offset;
            }

            return committed.Values.Sum();
        }
    }
}
