using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Failures;

public sealed class DeadLetterTests
{
    [Fact]
    public async Task Key_value_and_headers_are_kept_byte_for_byte()
    {
        using var group = Failing(new ValidationException("no"));
        byte[] value = [0, 0xFF, (byte)'{', 0xC3];
        RecordHeader[] headers = [new("a", new byte[] { 0xFF, 0 }), new("a", Array.Empty<byte>()), new("headrace-id", "e-1"u8.ToArray()), new("a", default) { IsNull = true }];
        await group.SettleAsync(Records.OfBytes(value, headers, key: "κ"));
        var dead = Assert.Single(group.Produced);
        Assert.Equal(value, dead.Value!.Value.ToArray());
        Assert.Equal("κ"u8.ToArray(), dead.Key.Bytes.ToArray());
        Assert.Equal(headers.Select(Bytes), dead.Headers!.Take(4).Select(Bytes));
        Assert.Equal([false, false, false, true], dead.Headers!.Take(4).Select(header => header.IsNull));
    }

    [Fact]
    public async Task A_tombstone_stays_a_tombstone_and_no_key_stays_no_key()
    {
        using var group = new GroupUnderTest(billing =>
            billing.MapTopic("orders").OnTombstone(void () => throw new ValidationException("no")));
        await group.SettleAsync(Records.OfBytes(null, key: null));
        var dead = Assert.Single(group.Produced);
        Assert.Null(dead.Value);
        Assert.True(dead.Key.IsNone);
    }

    [Fact]
    public async Task Its_headers_say_where_it_came_from_and_why()
    {
        using var group = Failing(new ArgumentOutOfRangeException("total", "is negative"));
        var record = Records.Of(new OrderPlaced("o-1", -1));
        await group.SettleAsync(record);
        var dead = Assert.Single(group.Produced);
        var headers = dead.Headers!;
        Assert.Equal(
            ["orders", "3", "118", "2023-11-14T22:13:20.123Z", "billing", "OrderPlaced", "3", "System.ArgumentOutOfRangeException"],
            new[] { "origin-topic", "origin-partition", "origin-offset", "origin-timestamp", "group", "handler", "attempts", "exception-type" }.Select(name => headers["headrace-" + name]));
        Assert.Equal("2026-01-02T03:04:05.000Z", headers["headrace-first-failed-at"]);
        Assert.StartsWith("2026-01-02T03:04:0", headers["headrace-last-failed-at"], StringComparison.Ordinal);
        Assert.NotEqual(headers["headrace-first-failed-at"], headers["headrace-last-failed-at"]);
        Assert.StartsWith("is negative", headers["headrace-exception-message"], StringComparison.Ordinal);
        Assert.Contains("   at Headrace.Tests.Failures.DeadLetterTests.", headers["headrace-exception-stack"], StringComparison.Ordinal);
        // Neither the origin's nor the application's: that of the client that writes it.
        Assert.Null(dead.Timestamp);
    }

    [Fact]
    public async Task Its_stack_is_the_handlers_and_not_ours()
    {
        using var group = new GroupUnderTest(billing => billing.WithFailurePolicy(policy => policy.Attempts = 1).MapTopic("orders").On(async Task (OrderPlaced _) =>
        {
            await Task.Yield();
            throw new InvalidOperationException("no");
        }));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        var stack = Assert.Single(group.Produced).Headers!["headrace-exception-stack"];
        Assert.Contains("   at Headrace.Tests.Failures.DeadLetterTests.", stack, StringComparison.Ordinal);
        Assert.DoesNotContain("GroupPipeline", stack, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_tools_find_the_headers_they_know()
    {
        using var group = Failing(new ValidationException("no"));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        var headers = Assert.Single(group.Produced).Headers!;
        Assert.Equal("orders", headers["kafka_dlt-original-topic"]);
        Assert.Equal("billing", headers["kafka_dlt-original-consumer-group"]);
        Assert.Equal(3, BinaryPrimitives.ReadInt32BigEndian(Last(headers, "kafka_dlt-original-partition")));
        Assert.Equal(118, BinaryPrimitives.ReadInt64BigEndian(Last(headers, "kafka_dlt-original-offset")));
        Assert.Equal(1_700_000_000_123, BinaryPrimitives.ReadInt64BigEndian(Last(headers, "kafka_dlt-original-timestamp")));
        Assert.Equal("CreateTime", headers["kafka_dlt-original-timestamp-type"]);
        Assert.Equal("System.ComponentModel.DataAnnotations.ValidationException", headers["kafka_dlt-exception-fqcn"]);
        Assert.Equal("no", headers["kafka_dlt-exception-message"]);
    }

    [Theory]
    [InlineData(6, 3)]
    [InlineData(4, 3)]
    [InlineData(3, null)]
    [InlineData(1, null)]
    public async Task It_has_the_partition_of_its_origin_when_the_topic_has_that(int partitions, int? partition)
    {
        using var group = Failing(new ValidationException("no"), partitions);
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        Assert.Equal(partition, Assert.Single(group.Produced).Partition);
    }

    [Fact]
    public async Task Long_texts_are_cut()
    {
        using var group = Failing(new ValidationException(new string('x', 100_000) + "😀"));
        await group.SettleAsync(Records.Of(new OrderPlaced("o-1", 1)));
        var headers = Assert.Single(group.Produced).Headers!;
        Assert.Equal(4_001, headers["headrace-exception-message"]!.Length);
        Assert.InRange(headers["headrace-exception-stack"]!.Length, 1, 16_001);
    }

    [Fact]
    public async Task What_would_be_too_large_loses_its_stack_then_its_message_then_all_but_its_origin()
    {
        using var group = Failing(new ValidationException("too many"));
        var sizes = new List<int>();
        group.Refuse = record =>
        {
            sizes.Add(record.Headers!.Count);
            return sizes.Count < 4 ? new ProduceException("Too large.", record.Topic, 10, false) : null;
        };
        await group.SettleAsync(Records.OfBytes("{}"u8.ToArray(), [new("own", "kept"u8.ToArray())]));
        Assert.Equal([21, 20, 18, 5], sizes);
        var headers = Assert.Single(group.Produced).Headers!;
        Assert.Equal(["own", "headrace-origin-topic", "headrace-origin-partition", "headrace-origin-offset", "headrace-group"], headers.Select(header => header.Name));
    }

    [Fact]
    public async Task What_does_not_fit_at_all_stays_unsettled_and_is_critical()
    {
        using var group = Failing(new ValidationException("no"));
        group.Refuse = record => new ProduceException("Too large.", record.Topic, 10, false);
        Assert.False((await group.HandleAsync(Records.Of(new OrderPlaced("o-1", 1)))).IsSettled);
        Assert.StartsWith("Critical Headrace.Failures[3007] billing cannot write OrderPlaced at orders[3]@118 to orders.billing.dlt", Assert.Single(group.Log.All), StringComparison.Ordinal);
    }

    private static GroupUnderTest Failing(Exception error, int partitions = 6) =>
        new(billing => billing.MapTopic("orders").On(void (OrderPlaced order) => throw error), deadLetterPartitions: partitions);

    private static byte[] Last(RecordHeaders headers, string name) => headers.TryGetLast(name, out var header) ? header.Value.ToArray() : [];

    private static string Bytes(RecordHeader header) => $"{header.Name}={Convert.ToHexString(header.Value.Span)}";
}
