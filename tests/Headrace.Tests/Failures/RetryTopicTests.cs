using Headrace.Tests.Testing;

namespace Headrace.Tests.Failures;

public sealed class RetryTopicTests
{
    private readonly List<(int Attempt, RecordPosition Position, string Headers)> _tries = [];

    [Fact]
    public async Task A_record_walks_every_retry_topic_and_then_the_dead_letter_topic()
    {
        using var group = Failing(() => new InvalidOperationException("no"));
        var dead = await WalkAsync(group, Records.OfBytes("{}"u8.ToArray(), [new("own", "kept"u8.ToArray())]));
        Assert.Equal(
            ["orders.billing.retry.1s", "orders.billing.retry.5s", "orders.billing.retry.30s", "orders.billing.dlt"],
            group.Produced.Select(copy => copy.Topic));
        Assert.All(group.Produced, copy => Assert.Equal(3, copy.Partition));
        Assert.Equal([1, 2, 3, 4, 5, 6], _tries.Select(tried => tried.Attempt));
        Assert.All(_tries, tried => Assert.Equal((new RecordPosition("orders", 3, 118), "own"), (tried.Position, tried.Headers)));
        var headers = dead.Headers!;
        Assert.Equal("own", headers[0].Name);
        Assert.Equal("headrace-origin-topic", headers[1].Name);
        Assert.Single(headers, header => header.Name == "headrace-origin-topic");
        Assert.Equal(("118", "6"), (headers["headrace-origin-offset"], headers["headrace-attempts"]));
        Assert.Equal("2026-01-02T03:04:05.000Z", headers["headrace-first-failed-at"]);
        Assert.Equal("2023-11-14T22:13:20.123Z", headers["headrace-origin-timestamp"]);
    }

    [Fact]
    public async Task A_retry_is_due_after_its_delay()
    {
        using var group = Failing(() => new InvalidOperationException("no"));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        var copy = Records.OfCopy(Assert.Single(group.Produced));
        Assert.Equal(group.Time.GetUtcNow() + TimeSpan.FromSeconds(1), group.Companions.Of("orders").Single(topic => topic.Name == copy.Topic).DueAt!(copy), TimeSpan.FromMilliseconds(1));
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59.999Z")]
    [InlineData("soon")]
    [InlineData(null)]
    public async Task A_due_time_that_nobody_here_wrote_keeps_a_record_no_longer_than_its_delay(string? dueAt)
    {
        using var group = Failing(() => new InvalidOperationException("no"));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        var copy = Assert.Single(group.Produced);
        copy.Headers!["headrace-due-at"] = dueAt!;
        var due = group.Companions.Of("orders").Single(topic => topic.Name == copy.Topic).DueAt!(Records.OfCopy(copy));
        Assert.True(due <= group.Time.GetUtcNow() + TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("headrace-attempts", "99999999999999999999999999")]
    [InlineData("headrace-attempts", "-5")]
    [InlineData("headrace-retry-topics", "4000000000")]
    [InlineData("headrace-retry-topics", "x")]
    [InlineData("headrace-origin-partition", "7")]
    [InlineData("headrace-origin-topic", "payments")]
    [InlineData("headrace-origin-offset", "")]
    public async Task What_strangers_write_into_headers_breaks_nothing(string name, string value)
    {
        using var group = Failing(() => new InvalidOperationException("no"));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        var copy = group.Produced[0];
        copy.Headers![name] = value;
        await group.SettleAsync(Records.OfCopy(copy));
        Assert.StartsWith("orders.billing.", group.Produced[1].Topic, StringComparison.Ordinal);
        Assert.InRange(_tries[^1].Attempt, 1, 1_000_001);
    }

    [Fact]
    public async Task An_exception_can_go_to_the_retry_topics_without_another_try_in_place()
    {
        using var group = Failing(() => new TimeoutException("no"), policy => policy.RetryLaterOn<TimeoutException>());
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Single(_tries);
        Assert.Equal("orders.billing.retry.1s", Assert.Single(group.Produced).Topic);
    }

    [Fact]
    public async Task What_is_not_valid_skips_the_retry_topics()
    {
        using var group = Failing(() => new System.ComponentModel.DataAnnotations.ValidationException("no"));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Equal("orders.billing.dlt", Assert.Single(group.Produced).Topic);
    }

    [Fact]
    public async Task A_redriven_record_is_tried_in_place_and_then_dead_lettered_again()
    {
        using var group = Failing(() => new InvalidOperationException("no"));
        var dead = await WalkAsync(group, Records.Of(new OrderPlaced("o-1", 1)));
        await group.SettleAsync(Records.OfCopy(dead with { Topic = "orders.billing.redrive" }));
        Assert.Equal("orders.billing.dlt", group.Produced[^1].Topic);
        Assert.Equal(9, _tries.Count);
        Assert.Equal([1, 2, 3], _tries.TakeLast(3).Select(tried => tried.Attempt));
    }

    [Fact]
    public async Task A_retry_that_cannot_be_written_leaves_the_record_unsettled()
    {
        using var group = Failing(() => new InvalidOperationException("no"));
        var refused = 0;
        group.Refuse = copy => refused++ < 5 ? new ProduceException("Away.", copy.Topic, -195, true) : null;
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Equal(6, refused);
        Assert.Equal(3, _tries.Count);
    }

    [Fact]
    public async Task Exception_texts_can_be_masked()
    {
        using var group = Failing(() => new InvalidOperationException("card 4711"), policy => policy.DescribeException = error => error.GetType().Name);
        var dead = await WalkAsync(group, Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Equal("InvalidOperationException", dead.Headers!["headrace-exception-message"]);
        Assert.DoesNotContain(dead.Headers!, header => header.Text.Contains("4711", StringComparison.Ordinal));
        Assert.DoesNotContain("4711", group.Counters.LastError, StringComparison.Ordinal);
    }

    // Hands every copy to the group as soon as it is due, until it is dead.
    private static async Task<OutgoingRecord> WalkAsync(GroupUnderTest group, Record record)
    {
        await group.SettleAsync(record);
        while (group.Produced[^1] is var copy && !copy.Topic.EndsWith(".dlt", StringComparison.Ordinal))
        {
            await group.SettleAsync(Records.OfCopy(copy));
        }

        return group.Produced[^1];
    }

    private GroupUnderTest Failing(Func<Exception> error, Action<FailurePolicy>? configure = null) => new(billing => billing
        .WithRetryTopics(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30))
        .WithFailurePolicy(configure ?? (_ => { }))
        .MapTopic("orders").On(void (OrderPlaced order, MessageContext context) =>
        {
            _tries.Add((context.Attempt, context.Position, string.Join(",", context.Headers.Select(header => header.Name))));
            throw error();
        }));
}
