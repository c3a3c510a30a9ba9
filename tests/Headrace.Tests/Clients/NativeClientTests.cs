using System.Diagnostics;
using System.Text;
using Headrace.Clients.Native;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Clients;

public sealed class NativeClientTests(KafkaUnderTest kafka)
{
    private const EventKinds ConsumerEvents = EventKinds.Rebalance | EventKinds.OffsetCommit | EventKinds.Error | EventKinds.Log;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly long Timestamp = TimeProvider.System.GetUtcNow().AddMinutes(-5).ToUnixTimeMilliseconds();

    [Fact]
    public async Task A_membership_and_a_fetcher_read_commit_and_leave()
    {
        var topic = await kafka.CreateTopicAsync(partitions: 1);
        using var signal = new QueueSignal();
        ProduceOne(topic, signal);

        using var membership = new ConsumerHandle(Configuration(topic), ConsumerEvents);
        using var fetcher = new ConsumerHandle(Configuration(topic), ConsumerEvents);
        membership.Queue.Watch(signal);
        Assert.True(membership.Subscribe([topic]).IsNone);

        var assigned = Rebalance(membership.Queue, signal, ErrorCode.AssignPartitions);
        var partition = Assert.Single(assigned);
        Assert.True(Committed(membership, partition).Offset < 0);
        var queue = fetcher.OpenPartitionQueue(topic, 0);
        queue.Watch(signal);
        using (var start = new TopicPartitionList([new TopicPartitionEntry(topic, 0, 0)]))
        using (var nothing = new TopicPartitionList())
        {
            Assert.True(fetcher.IncrementalAssign(start).IsNone);
            Assert.True(membership.IncrementalAssign(nothing).IsNone);
        }

        var message = ConsumeOne(queue, signal);
        AssertIsTheOneProduced(message, topic);
        message.Destroy();

        Commit(membership, signal, new(topic, 0, 1) { LeaderEpoch = 0, Metadata = Encoding.UTF8.GetBytes("finished above") });
        Assert.Equal((1, 0, "finished above"), Committed(membership, partition));
        Leave(membership, signal);
        Assert.True(membership.Destroy(Deadline));
        Assert.True(fetcher.Destroy(Deadline));
    }

    [Fact]
    public async Task A_held_message_makes_destroying_miss_its_deadline_instead_of_hanging()
    {
        var topic = await kafka.CreateTopicAsync(partitions: 1);
        using var signal = new QueueSignal();
        ProduceOne(topic, signal);
        using var fetcher = new ConsumerHandle(Configuration(topic), ConsumerEvents);
        var queue = fetcher.OpenPartitionQueue(topic, 0);
        queue.Watch(signal);
        using (var start = new TopicPartitionList([new TopicPartitionEntry(topic, 0, 0)]))
        {
            Assert.True(fetcher.IncrementalAssign(start).IsNone);
        }

        var message = ConsumeOne(queue, signal);
        Assert.False(fetcher.Destroy(TimeSpan.FromMilliseconds(300)));
        message.Destroy();
    }

    [Fact]
    public async Task Destroying_waits_for_a_call_that_is_under_way_on_another_thread()
    {
        var configuration = new NativeConfiguration();
        Assert.Null(configuration.TrySet("bootstrap.servers", "127.0.0.1:1", out _));
        Assert.Null(configuration.TrySet("group.id", "nobody", out _));
        using var consumer = new ConsumerHandle(configuration, ConsumerEvents);
        var entered = new TaskCompletionSource();
        var call = Task.Run(() =>
        {
            using var list = new TopicPartitionList([new TopicPartitionEntry("t", 0)]);
            entered.SetResult();
            return consumer.ReadCommitted(list, TimeSpan.FromSeconds(2));
        });
        await entered.Task;
        // Inside the library by now: nobody answers, so the call takes its two seconds.
        await Wait.UntilAsync("the call is under way", () => consumer.Calls == 1);

        Assert.False(consumer.Destroy(TimeSpan.FromMilliseconds(200)));
        Assert.False((await call.WaitAsync(Deadline)).IsNone);
        Assert.Throws<ObjectDisposedException>(() => consumer.TryReadMetadata(onlyKnownTopics: true, TimeSpan.Zero, out _));
    }

    [Fact]
    public void An_unknown_property_is_told_apart_from_a_bad_value()
    {
        using var configuration = new NativeConfiguration();
        Assert.NotNull(configuration.TrySet("linger.msec", "5", out var isUnknown));
        Assert.True(isUnknown);
        Assert.NotNull(configuration.TrySet("linger.ms", "soon", out isUnknown));
        Assert.False(isUnknown);
        Assert.Null(configuration.TrySet("linger.ms", "7", out isUnknown));
        Assert.Equal("7", configuration.Get("linger.ms"));
    }

    private static void AssertIsTheOneProduced(NativeMessage message, string topic)
    {
        Assert.Equal("k", Encoding.UTF8.GetString(message.KeyBytes));
        Assert.Equal("value", Encoding.UTF8.GetString(message.ValueBytes));
        Assert.Equal(topic, message.Topic);
        Assert.Equal(Timestamp, message.Timestamp);
        Assert.Equal(0, message.LeaderEpoch);
        var headers = new RecordHeaders();
        NativeMessage.ReadHeaders(message.Pointer, message.ValueBytes, headers);
        Assert.Equal([("a", "1"), ("ü", ""), ("a", "2")], headers.Select(header => (header.Name, header.Text)));
    }

    private static (long Offset, int LeaderEpoch, string Metadata) Committed(ConsumerHandle membership, TopicPartitionEntry partition)
    {
        using var list = new TopicPartitionList([partition]);
        Assert.True(membership.ReadCommitted(list, Deadline).IsNone);
        var entry = list.Read()[0];
        return (entry.Offset, entry.LeaderEpoch, Encoding.UTF8.GetString(entry.Metadata.Span));
    }

    private NativeConfiguration Configuration(string group)
    {
        var configuration = new NativeConfiguration();
        Assert.Null(configuration.TrySet("bootstrap.servers", kafka.Address, out _));
        Assert.Null(configuration.TrySet("group.id", group, out _));
        Assert.Null(configuration.TrySet("enable.auto.commit", "false", out _));
        Assert.Null(configuration.TrySet("partition.assignment.strategy", "cooperative-sticky", out _));
        return configuration;
    }

    private void ProduceOne(string topic, QueueSignal signal)
    {
        var configuration = new NativeConfiguration();
        Assert.Null(configuration.TrySet("bootstrap.servers", kafka.Address, out _));
        using var producer = new ProducerHandle(configuration, EventKinds.Delivery | EventKinds.Error);
        producer.Queue.Watch(signal);
        var headers = new RecordHeaders { { "a", "1" }, { "ü", "" }, { "a", "2" } };
        var error = producer.Produce(
            new() { Topic = topic, HasKey = true, Key = "k"u8, Value = "value"u8, Headers = headers, Timestamp = Timestamp }, opaque: 42);
        Assert.True(error.IsNone, error.ToString());

        Until(signal, () =>
        {
            using var delivered = producer.Queue.Poll(TimeSpan.Zero);
            Span<NativeMessage> messages = stackalloc NativeMessage[4];
            if (delivered.IsEmpty || delivered.NextDeliveries(messages) == 0)
            {
                return false;
            }

            Assert.Equal((ErrorCode.None, (nint)42), (messages[0].Error, messages[0].Opaque));
            return true;
        });
    }

    private static IReadOnlyList<TopicPartitionEntry> Rebalance(QueueHandle queue, QueueSignal signal, ErrorCode expected)
    {
        IReadOnlyList<TopicPartitionEntry>? partitions = null;
        Until(signal, () =>
        {
            using var happened = queue.Poll(TimeSpan.Zero);
            if (!happened.IsEmpty && happened.Kind == EventKinds.Rebalance)
            {
                Assert.Equal(expected, happened.Error.Code);
                partitions = happened.Partitions;
            }

            return partitions is not null;
        });
        return partitions!;
    }

    private static NativeMessage ConsumeOne(QueueHandle queue, QueueSignal signal)
    {
        NativeMessage message = default;
        Until(signal, () =>
        {
            Span<NativeMessage> messages = stackalloc NativeMessage[1];
            if (queue.ConsumeBatch(messages) == 0)
            {
                return false;
            }

            message = messages[0];
            return true;
        });
        Assert.Equal(ErrorCode.None, message.Error);
        return message;
    }

    private static void Commit(ConsumerHandle membership, QueueSignal signal, TopicPartitionEntry offset)
    {
        using var offsets = new TopicPartitionList([offset]);
        Assert.True(membership.Commit(offsets, membership.Queue, opaque: 7).IsNone);
        Until(signal, () =>
        {
            using var happened = membership.Queue.Poll(TimeSpan.Zero);
            if (happened.IsEmpty || happened.Kind != EventKinds.OffsetCommit)
            {
                return false;
            }

            Assert.True(happened.Error.IsNone, happened.Error.ToString());
            Assert.Equal(7, happened.Opaque);
            return true;
        });
    }

    private static void Leave(ConsumerHandle membership, QueueSignal signal)
    {
        membership.Queue.Dispose();
        using var closing = membership.OpenQueue();
        closing.Watch(signal);
        Assert.True(membership.BeginClose(closing).IsNone);
        using var nothing = new TopicPartitionList();
        Until(signal, () =>
        {
            using var happened = closing.Poll(TimeSpan.Zero);
            if (!happened.IsEmpty && happened.Kind == EventKinds.Rebalance)
            {
                Assert.True(membership.IncrementalUnassign(nothing).IsNone);
            }

            return membership.IsClosed;
        });
    }

    private static void Until(QueueSignal signal, Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            signal.Wait(TimeSpan.FromMilliseconds(100));
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, "the condition was not met in time");
        }
    }
}
