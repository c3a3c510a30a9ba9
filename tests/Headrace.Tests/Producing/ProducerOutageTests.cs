using System.Diagnostics;
using System.Text;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Producing;

/// <summary>Kafka goes away and comes back: always on a development broker of the test's own, whose listener can be stopped.</summary>
public sealed class ProducerOutageTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Without_a_broker_a_produce_fails_in_time_as_not_stored_and_works_when_it_is_back()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: Cancellation);
        var topic = await TopicAsync(broker);
        await using var producer = Producer(broker, ("message.timeout.ms", "3000"));
        await producer.ProduceAsync(Outgoing(topic, "before")).AsTask().WaitAsync(Soon);
        Assert.True(producer.IsConnected);

        await broker.StopListeningAsync();
        var started = Stopwatch.GetTimestamp();
        var failure = await Assert.ThrowsAsync<ProduceException>(() => producer.ProduceAsync(Outgoing(topic, "lost")).AsTask().WaitAsync(Soon));

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(8), $"It took {Stopwatch.GetElapsedTime(started)}.");
        Assert.False(failure.PossiblyPersisted);
        Assert.Contains("not acknowledged within 3000 ms (message.timeout.ms)", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"no connection to Kafka at {broker.BootstrapServers}", failure.Message, StringComparison.Ordinal);
        Assert.False(producer.IsConnected);
        Assert.NotNull(producer.LastError);

        await broker.StartListeningAsync(Cancellation);
        await Wait.UntilAsync("the producer is connected again", () => producer.IsConnected);
        Assert.Null(producer.LastError);
        Assert.Equal(1, (await producer.ProduceAsync(Outgoing(topic, "after")).AsTask().WaitAsync(Soon)).Offset);
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_makes_a_produce_end_as_possibly_stored()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: Cancellation);
        var topic = await TopicAsync(broker);
        await using var producer = Producer(broker, ("message.timeout.ms", "3000"));
        await producer.ProduceAsync(Outgoing(topic, "before")).AsTask().WaitAsync(Soon);

        using (broker.BlackHole())
        {
            var failure = await Assert.ThrowsAsync<ProduceException>(() => producer.ProduceAsync(Outgoing(topic, "unknown")).AsTask().WaitAsync(Soon));
            Assert.True(failure.PossiblyPersisted);
            Assert.Contains("It may be stored all the same", failure.Message, StringComparison.Ordinal);
        }

        await Wait.UntilAsync("the producer works again", async () => await SucceedsAsync(producer, topic));
    }

    [Fact]
    public async Task Records_outlive_a_short_outage_in_order_and_once()
    {
        const int Count = 2_000;
        await using var broker = await DevBroker.StartAsync(cancellation: Cancellation);
        var topic = await TopicAsync(broker);
        await using var producer = Producer(broker);
        var produced = new List<Task<RecordPosition>>(Count);
        for (var i = 0; i < Count; i++)
        {
            if (i == Count / 2)
            {
                await broker.StopListeningAsync();
            }

            produced.Add(producer.ProduceAsync(Outgoing(topic, $"{i}")).AsTask());
        }

        await broker.StartListeningAsync(Cancellation);
        var positions = await Task.WhenAll(produced).WaitAsync(Soon);
        // A retried record that had been stored may be acknowledged without its offset.
        var offsets = positions.Select((position, i) => position.Offset < 0 ? i : position.Offset);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => (long)i), offsets);
        Assert.Equal(Count, await EndOffsetAsync(broker, topic));
    }

    [Fact]
    public async Task A_producer_may_be_made_before_its_broker()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: Cancellation);
        var topic = await TopicAsync(broker);
        await broker.StopListeningAsync();
        await using var producer = Producer(broker);
        var early = producer.ProduceAsync(Outgoing(topic, "early")).AsTask();
        await Wait.UntilAsync("the producer notices that nobody is there", () => producer.LastError is not null);
        Assert.False(producer.IsConnected);

        await broker.StartListeningAsync(Cancellation);
        Assert.Equal(0, (await early.WaitAsync(Soon)).Offset);
    }

    [Fact]
    public async Task Disposal_without_a_broker_ends_in_time_and_fails_what_is_open()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: Cancellation);
        var topic = await TopicAsync(broker);
        var producer = Producer(broker, ("queue.buffering.max.messages", "2"));
        await producer.ProduceAsync(Outgoing(topic, "before")).AsTask().WaitAsync(Soon);
        await broker.StopListeningAsync();
        var open = Enumerable.Range(0, 4).Select(i => producer.ProduceAsync(Outgoing(topic, $"{i}")).AsTask()).ToArray();

        var started = Stopwatch.GetTimestamp();
        await producer.DisposeAsync();

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(11), $"It took {Stopwatch.GetElapsedTime(started)}.");
        foreach (var task in open)
        {
            var failure = await Assert.ThrowsAsync<ProduceException>(() => task.WaitAsync(Soon));
            Assert.Contains("closed before a record", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_record_that_waits_for_room_too_long_fails_as_not_stored()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: Cancellation);
        var topic = await TopicAsync(broker);
        await using var producer = Producer(broker, ("queue.buffering.max.messages", "1"), ("message.timeout.ms", "3000"));
        await producer.ProduceAsync(Outgoing(topic, "before")).AsTask().WaitAsync(Soon);
        await broker.StopListeningAsync();
        var open = Enumerable.Range(0, 5).Select(i => producer.ProduceAsync(Outgoing(topic, $"{i}")).AsTask()).ToArray();
        foreach (var task in open)
        {
            Assert.False((await Assert.ThrowsAsync<ProduceException>(() => task.WaitAsync(Soon))).PossiblyPersisted);
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<bool> SucceedsAsync(RecordProducer producer, string topic)
    {
        try
        {
            await producer.ProduceAsync(Outgoing(topic, "after"));
            return true;
        }
        catch (ProduceException)
        {
            return false;
        }
    }

    private static async Task<string> TopicAsync(DevBroker broker)
    {
        using var admin = new ClusterAdmin(Settings(broker), NullLoggerFactory.Instance);
        await admin.CreateTopicsAsync([new("orders", 1)], Cancellation);
        return "orders";
    }

    private static async Task<long> EndOffsetAsync(DevBroker broker, string topic)
    {
        using var admin = new ClusterAdmin(Settings(broker), NullLoggerFactory.Instance);
        return (await admin.EndOffsetsAsync([topic], Cancellation))[(topic, 0)];
    }

    private static Dictionary<string, string> Settings(DevBroker broker) => new() { ["bootstrap.servers"] = broker.BootstrapServers };

    private static OutgoingRecord Outgoing(string topic, string value) => new(topic, "k", Encoding.UTF8.GetBytes(value));

    private static RecordProducer Producer(DevBroker broker, params (string Name, string Value)[] settings)
    {
        var all = Settings(broker);
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return new(all, NullLoggerFactory.Instance);
    }
}
