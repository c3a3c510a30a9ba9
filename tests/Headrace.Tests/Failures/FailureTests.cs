using System.ComponentModel.DataAnnotations;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Failures;

public sealed class FailureTests
{
    private int _tries;

    [Fact]
    public async Task A_handler_is_tried_three_times_with_a_growing_wait_and_then_dead_lettered()
    {
        using var group = Failing(() => new InvalidOperationException("no"));
        var record = Records.Of(new OrderPlaced("o-1", 1));
        var first = await group.HandleAsync(record);
        var second = await group.HandleAsync(record);
        Assert.InRange(first.Delay.TotalMilliseconds, 160, 240);
        Assert.InRange(second.Delay.TotalMilliseconds, 640, 960);
        Assert.Empty(group.Produced);
        Assert.True((await group.HandleAsync(record)).IsSettled);
        Assert.Equal(3, _tries);
        Assert.Equal("orders.billing.dlt", Assert.Single(group.Produced).Topic);
        var counters = group.Counters;
        Assert.Equal((0L, 3L, 2L, 1L), (counters.Handled, counters.Failed, counters.Retried, counters.DeadLettered));
        Assert.Equal("InvalidOperationException at orders[3]@118: no", counters.LastError);
    }

    [Fact]
    public async Task A_retry_is_a_warning_and_the_end_is_one_error()
    {
        using var group = Failing(() => new InvalidOperationException("secret"));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Collection(
            group.Log.All,
            line => Assert.Matches(@"^Warning Headrace\.Failures\[3001\] billing will try OrderPlaced at orders\[3\]@118 again in 0\.2 s \(attempt 1 of 3 failed\): InvalidOperationException\.$", line),
            line => Assert.StartsWith("Warning Headrace.Failures[3001] ", line, StringComparison.Ordinal),
            line => Assert.Matches(
                @"^Error Headrace\.Failures\[3002\] billing could not handle OrderPlaced at orders\[3\]@118 \(3 attempts, [01]\.\d s\): InvalidOperationException\. Dead-lettered to orders\.billing\.dlt\[3\]@0\.$", line));
        Assert.DoesNotContain(group.Log.All, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_that_succeeds_at_last_is_handled_once()
    {
        using var group = Failing(() => _tries < 3 ? new InvalidOperationException("not yet") : null);
        Assert.Equal(3, await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1))));
        Assert.Equal((1L, 2L), (group.Counters.Handled, group.Counters.Failed));
        Assert.Empty(group.Produced);
    }

    [Theory]
    [InlineData("no json at all")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"orderId\":\"o-1\"} trailing")]
    public async Task Bytes_that_are_no_message_are_dead_lettered_at_once(string value)
    {
        using var group = Failing(() => null);
        Assert.Equal(1, await group.SettleAsync(Records.OfText(value)));
        Assert.Equal(0, _tries);
        Assert.Equal("Headrace.MessageFormatException", Assert.Single(group.Produced).Headers!["headrace-exception-type"]);
    }

    [Fact]
    public async Task A_failure_caused_by_one_that_is_dead_lettered_at_once_is_too()
    {
        using var group = Failing(() => new AggregateException(new TimeoutException(), new InvalidOperationException("outer", new ValidationException("negative"))));
        Assert.Equal(1, await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1))));
        Assert.Single(group.Produced);
    }

    [Fact]
    public async Task The_nearest_level_and_the_nearest_type_win()
    {
        using var group = new GroupUnderTest(billing =>
        {
            billing.WithFailurePolicy(policy => policy.SkipOn<ArgumentException>().DeadLetterOn<FormatException>().Attempts = 7);
            var orders = billing.MapTopic("orders").WithFailurePolicy(policy => policy.RetryOn<ArgumentOutOfRangeException>());
            orders.On((OrderPlaced order) => Throw(order)).WithFailurePolicy(policy => policy.Attempts = 4);
        });
        Assert.Equal(4, await group.SettleAsync(Records.Of(new OrderPlaced("range", 1))));
        Assert.Equal(1, await group.SettleAsync(Records.Of(new OrderPlaced("argument", 1))));
        Assert.Equal(1, await group.SettleAsync(Records.Of(new OrderPlaced("format", 1))));
        Assert.Equal((2L, 1L), (group.Counters.DeadLettered, group.Counters.Skipped()["OrderPlaced"]));

        static void Throw(OrderPlaced order) => throw order.OrderId switch
        {
            "range" => new ArgumentOutOfRangeException(nameof(order)),
            "argument" => new ArgumentException("no", nameof(order)),
            _ => new FormatException(),
        };
    }

    [Fact]
    public async Task A_group_that_stops_keeps_the_record()
    {
        using var group = Failing(() => new InvalidOperationException("no"), policy => policy.StopOn<InvalidOperationException>());
        var stopped = await Assert.ThrowsAsync<GroupStoppedException>(() => group.HandleAsync(Records.Of(new OrderPlaced("o-1", 1))));
        Assert.IsType<InvalidOperationException>(stopped.InnerException);
        Assert.Empty(group.Produced);
    }

    [Fact]
    public async Task Whatever_is_thrown_after_the_partition_was_lost_abandons_the_record()
    {
        using var lost = new CancellationTokenSource();
        using var group = Failing(() =>
        {
            lost.Cancel();
            return new InvalidOperationException("a consequence");
        });
        var record = Records.Of(new OrderPlaced("o-1", 1));
        record.Cancellation = lost.Token;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => group.HandleAsync(record));
        Assert.Equal(0, group.Counters.Failed);
        Assert.Empty(group.Produced);
    }

    [Fact]
    public async Task A_cancellation_of_the_handlers_own_is_an_ordinary_failure()
    {
        using var group = Failing(() => new TaskCanceledException("an HTTP request timed out"));
        Assert.Equal(3, await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1))));
        Assert.Single(group.Produced);
    }

    [Fact]
    public async Task A_dead_letter_that_cannot_be_written_never_settles_and_never_runs_the_handler_again()
    {
        using var group = Failing(() => new InvalidOperationException("no"));
        var refusals = 0;
        group.Refuse = record => refusals++ < 30 ? new ProduceException("Not enough replicas.", record.Topic, 19, possiblyPersisted: false) : null;
        Assert.Equal(33, await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1))));
        Assert.Equal(3, _tries);
        Assert.Single(group.Produced);
        Assert.Contains(group.Log.All, line => line.Contains("[3004] billing could not write OrderPlaced at orders[3]@118 to orders.billing.dlt (try 1): Not enough replicas.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dead_letter_that_is_still_not_written_when_the_partition_is_lost_abandons_the_record()
    {
        using var lost = new CancellationTokenSource();
        using var group = Failing(() => new ValidationException("no"));
        group.Refuse = record => new ProduceException("Kafka is away.", record.Topic, -195, possiblyPersisted: true);
        var record = Records.Of(new OrderPlaced("o-1", 1));
        record.Cancellation = lost.Token;
        Assert.False((await group.HandleAsync(record)).IsSettled);
        await lost.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => group.HandleAsync(record));
    }

    [Fact]
    public async Task A_produce_that_failed_in_the_handler_because_of_kafka_is_waited_for_and_one_because_of_the_record_is_not()
    {
        using var away = Failing(() => _tries < 12 ? new InvalidOperationException("wrapped", new ProduceException("Kafka is away.", "invoices", -192, true)) : null);
        Assert.Equal(12, await away.SettleAsync(Records.Of(new OrderPlaced("o-1", 1))));
        Assert.Empty(away.Produced);

        _tries = 0;
        using var tooLarge = Failing(() => new ProduceException("Too large.", "invoices", 10, false));
        Assert.Equal(3, await tooLarge.SettleAsync(Records.Of(new OrderPlaced("o-1", 1))));
        Assert.Single(tooLarge.Produced);
    }

    [Fact]
    public async Task Ten_thousand_poison_records_are_a_dozen_lines()
    {
        using var group = Failing(() => new ValidationException("no"));
        for (var index = 0; index < 10_000; index++)
        {
            await group.SettleAsync(Records.Of(new OrderPlaced($"o-{index}", 1), offset: index));
        }

        Assert.Equal(10, group.Log.All.Count);
        group.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(
            "Warning Headrace.Failures[3006] billing: 9990 more lines like this in 10 s, not logged one by one: dead letter of OrderPlaced, ValidationException.",
            group.Log.All.Last());
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Equal(12, group.Log.All.Count);
    }

    private GroupUnderTest Failing(Func<Exception?> error, Action<FailurePolicy>? configure = null) => new(billing => billing
        .WithFailurePolicy(configure ?? (_ => { }))
        .MapTopic("orders")
        .On((OrderPlaced order) =>
        {
            _tries++;
            if (error() is { } thrown)
            {
                throw thrown;
            }
        }));
}
