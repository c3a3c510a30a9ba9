using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Consuming;

public sealed class DepartureTests(KafkaUnderTest kafka)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_partition_that_returns_waits_for_the_handler_that_was_abandoned()
    {
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 2);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        traffic.Produce(1, static _ => "a", partition: 0);
        traffic.Produce(1, static _ => "a", partition: 1);
        var hasty = traffic.Options(workers: 8, revokeDrain: TimeSpan.FromMilliseconds(100));

        // The first time round it takes no notice of its cancellation.
        var first = traffic.Consume(
            async record =>
            {
                traffic.Note(record, "first");
                await go.Task;
                return Settlement.Settled;
            },
            hasty);
        first.Start();
        await traffic.UntilHandledAsync(2);
        var second = traffic.Consume(
            record =>
            {
                traffic.Note(record, "second");
                return new(Settlement.RetryAfter(TimeSpan.FromHours(1)));
            },
            hasty);
        second.Start();
        await traffic.UntilHandledAsync(3);
        await second.StopAsync(Traffic.In(Long));
        await Traffic.UntilAsync(() => first.Snapshot() is { Partitions.Count: 2, LastError: { } error } && error.Contains("abandoned", StringComparison.Ordinal), traffic.Describe);
        Assert.Equal(3, traffic.Handled.Count);

        go.SetResult();
        await traffic.UntilHandledAsync(4);
        await Traffic.UntilAsync(() => traffic.Committed(2).Values.Sum() == 2 && first.Snapshot().LastError is null, traffic.Describe);
        Assert.Equal(traffic.Handled.ElementAt(2).Position, traffic.Handled.Last().Position);
        Assert.Equal(4, traffic.Handled.Count);
    }

    [Fact]
    public async Task A_loop_that_fails_turn_after_turn_leaves_its_group()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(10, static i => "k" + i);

        // Much longer than the test: nobody gets the partition unless it is given back.
        (string, string) session = ("session.timeout.ms", "240000");
        var clock = new FailingClock();
        await using var first = new RecordConsumer(traffic.Options(settings: session), traffic.Collect("first"), NullLoggerFactory.Instance, clock);
        first.Start();
        await traffic.UntilHandledAsync(10);
        var second = traffic.Consume(traffic.Collect("second"), traffic.Options(settings: session));
        second.Start();
        clock.Failures = 25;
        await Traffic.UntilAsync(() => first.Snapshot().State == ConsumerState.Faulted, traffic.Describe);
        await Traffic.UntilAsync(() => second.Snapshot().Partitions.Count == 1, traffic.Describe);
        Assert.IsType<InvalidTimeZoneException>(first.Fault);
    }

    [Fact]
    public async Task The_time_since_the_last_turn_shows_that_the_loop_lives()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        var consumer = traffic.Consume(traffic.Collect());
        Assert.Equal(TimeSpan.Zero, consumer.Snapshot().SinceLastTurn);
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot() is { State: ConsumerState.Running, SinceLastTurn.TotalSeconds: < 5 }, traffic.Describe);
    }

    private sealed class FailingClock : TimeProvider
    {
        private int _failures;

        public int Failures
        {
            set => Volatile.Write(ref _failures, value);
        }

        // For the loop alone, turn after turn.
        public override long GetTimestamp() =>
            Volatile.Read(ref _failures) > 0 && Thread.CurrentThread.Name?.EndsWith(" loop", StringComparison.Ordinal) == true && Interlocked.Decrement(ref _failures) >= 0 ? throw new InvalidTimeZoneException("The clock stands still.") : base.GetTimestamp();
    }
}
