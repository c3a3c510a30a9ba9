using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Headrace.Tests.Hosting;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Producing;

public sealed class TopicProducerTests(KafkaUnderTest kafka)
{
    [Fact]
    public async Task A_record_says_its_type_its_event_and_its_trace()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var app = ShippingTo(topic);
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        await app.Producer<OrderShipped>().ProduceAsync(new("o-1"), new() { Headers = { ["tenant"] = "acme" }, EventId = "e-1" });

        var record = TopicReader.ReadAll(kafka, topic, 1).Single();
        Assert.Equal(("o-1", "{\"orderId\":\"o-1\"}"), (record.Message.Key, record.Message.Value));
        Assert.Equal("acme", Header(record, "tenant"));
        Assert.Equal("order.shipped", Header(record, "headrace-type"));
        Assert.Equal("e-1", Header(record, "headrace-id"));
        Assert.Equal(activity.Id, Header(record, "traceparent"));
    }

    [Fact]
    public async Task Options_say_key_partition_and_time()
    {
        var topic = await kafka.CreateTopicAsync(4);
        await using var app = ShippingTo(topic);
        var yesterday = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().AddDays(-1).ToUnixTimeMilliseconds());

        var position = await app.Producer<OrderShipped>().ProduceAsync(new("o-1"), new() { Key = "other", Partition = 3, Timestamp = yesterday });

        var record = TopicReader.ReadAll(kafka, topic, 4).Single();
        Assert.Equal(3, position.Partition);
        Assert.Equal("other", record.Message.Key);
        Assert.Equal(yesterday.ToUnixTimeMilliseconds(), record.Message.Timestamp.UnixTimestampMs);
    }

    [Fact]
    public async Task A_tombstone_has_a_key_and_no_value()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var app = ShippingTo(topic);

        await app.Producer<OrderShipped>().ProduceTombstoneAsync("o-1");

        var record = TopicReader.ReadAll(kafka, topic, 1).Single();
        Assert.Equal(("o-1", null), (record.Message.Key, record.Message.Value));
        await Assert.ThrowsAsync<ArgumentException>(() => app.Producer<OrderShipped>().ProduceTombstoneAsync(RecordKey.None).AsTask());
    }

    [Fact]
    public async Task Many_are_produced_in_their_order()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var app = ShippingTo(topic);

        var positions = await app.Producer<OrderShipped>().ProduceManyAsync(Enumerable.Range(0, 200).Select(number => new OrderShipped($"o-{number}")));

        Assert.Equal(Enumerable.Range(0, 200).Select(number => (long)number), positions.Select(position => position.Offset));
        Assert.Equal(Enumerable.Range(0, 200).Select(number => $"o-{number}"), TopicReader.ReadAll(kafka, topic, 1).Select(record => record.Message.Key));
        Assert.Equal(200, app.Status.Produced()[topic]);
    }

    [Fact]
    public async Task A_callback_gets_the_position()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var app = ShippingTo(topic);
        var delivered = new TaskCompletionSource<(RecordPosition Position, ProduceException? Failure)>(TaskCreationOptions.RunContinuationsAsynchronously);

        app.Producer<OrderShipped>().Produce(new("o-1"), (position, failure) => delivered.TrySetResult((position, failure)));

        Assert.Equal((new RecordPosition(topic, 0, 0), null), await delivered.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_frameworks_own_headers_cannot_be_forged()
    {
        await using var app = ShippingTo("orders");

        var error = Assert.Throws<ArgumentException>(() =>
        {
            _ = app.Producer<OrderShipped>().ProduceAsync(new("o-1"), new() { Headers = { ["Headrace-Type"] = "order.paid" } }).AsTask();
        });

        Assert.Contains("Headrace-Type", error.Message, StringComparison.Ordinal);
    }

    private Application ShippingTo(string topic)
    {
        var app = new Application(kafka.Address);
        app.Headrace.AddProducer<OrderShipped>(topic, key: order => order.OrderId);
        return app;
    }

    private static string Header(ConsumeResult<string?, string?> record, string name) => Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(name));
}
