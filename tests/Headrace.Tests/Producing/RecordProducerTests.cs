using System.Text;
using Headrace.Clients.Native;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Producing;

public sealed class RecordProducerTests(KafkaUnderTest kafka)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_record_ends_in_its_position_and_is_stored_byte_for_byte()
    {
        var topic = await kafka.CreateTopicAsync(partitions: 2);
        await using var producer = Producer();
        var timestamp = TimeProvider.System.GetUtcNow().AddMinutes(-1);

        var first = await producer.ProduceAsync(Outgoing(topic, "k", "value") with
        {
            Partition = 1,
            Headers = new() { { "a", "1" }, { "empty", "" }, { "a", "2" } },
            Timestamp = timestamp,
        }).AsTask().WaitAsync(Soon);
        var second = await producer.ProduceAsync(new(topic, "", null) { Partition = 1 }).AsTask().WaitAsync(Soon);
        var third = await producer.ProduceAsync(new(topic, RecordKey.None, ReadOnlyMemory<byte>.Empty) { Partition = 1 }).AsTask().WaitAsync(Soon);

        Assert.Equal([new(topic, 1, 0), new(topic, 1, 1), new RecordPosition(topic, 1, 2)], [first, second, third]);
        var records = TopicReader.ReadAll(kafka, topic, partitions: 2);
        Assert.Equal([("k", "value"), ("", null), (null, "")], records.Select(record => (record.Message.Key, record.Message.Value)));
        Assert.Equal(["a=1", "empty=", "a=2"], records[0].Message.Headers.Select(header => $"{header.Key}={Encoding.UTF8.GetString(header.GetValueBytes())}"));
        Assert.Equal(timestamp.ToUnixTimeMilliseconds(), records[0].Message.Timestamp.UnixTimestampMs);
        Assert.True(producer.IsConnected);
        Assert.Null(producer.LastError);
    }

    [Fact]
    public async Task The_key_decides_the_partition_as_in_Java()
    {
        var topic = await kafka.CreateTopicAsync(partitions: 100);
        await using var producer = Producer();
        // Kafka's own vectors for murmur2 (UtilsTest.java), as its default partitioner uses them: the hash without its sign, modulo the partitions.
        foreach (var (key, hash) in new[] { ("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536), ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971) })
        {
            var position = await producer.ProduceAsync(Outgoing(topic, key, "")).AsTask().WaitAsync(Soon);
            Assert.Equal((hash & int.MaxValue) % 100, position.Partition);
        }
    }

    [Fact]
    public async Task Keys_of_every_length_and_kind_meet_the_partition_of_murmur2()
    {
        const int Partitions = 100;
        var topic = await kafka.CreateTopicAsync(Partitions);
        await using var producer = Producer();
        var random = new Random(7);
        RecordKey[] keys =
        [
            "", "ö", 0L, -1L, 42L, new Guid("00010203-0405-0607-0809-0a0b0c0d0e0f"),
            .. Enumerable.Range(1, 64).Select(length => RecordKey.FromBytes(Enumerable.Range(0, length).Select(_ => (byte)random.Next(256)).ToArray())),
        ];

        var positions = await producer.ProduceManyAsync([.. keys.Select(key => new OutgoingRecord(topic, key, null))]).WaitAsync(Soon);

        Assert.Equal(keys.Select(key => Murmur2.PartitionOf(key.Bytes.Span, Partitions)), positions.Select(position => position.Partition));
    }

    [Fact]
    public async Task Many_end_in_their_positions_in_order_although_the_send_queue_is_small()
    {
        const int Count = 5_000;
        var topic = await kafka.CreateTopicAsync();
        await using var producer = Producer(("queue.buffering.max.messages", "100"));

        var positions = await producer.ProduceManyAsync([.. Enumerable.Range(0, Count).Select(i => Outgoing(topic, "k", $"{i}"))]).WaitAsync(Soon);

        Assert.Equal(Enumerable.Range(0, Count).Select(i => new RecordPosition(topic, 0, i)), positions);
        Assert.Equal(Count, producer.Acknowledged[topic]);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), TopicReader.ReadAll(kafka, topic, partitions: 1).Select(record => record.Message.Value));
        Assert.Empty(await producer.ProduceManyAsync([]));
    }

    [Fact]
    public async Task B6_when_some_of_many_fail_the_first_failure_is_thrown_once_and_the_others_are_stored()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var producer = Producer(("message.max.bytes", "1000"));

        var failure = await Assert.ThrowsAsync<ProduceException>(() => producer.ProduceManyAsync(
            [Outgoing(topic, "k", "1"), Outgoing(topic, "k", new string('x', 3_000)), Outgoing(topic, "k", new string('x', 2_000)), Outgoing(topic, "k", "2")]).WaitAsync(Soon));

        Assert.Contains("A record of 3001 bytes", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["1", "2"], TopicReader.ReadAll(kafka, topic, partitions: 1).Select(record => record.Message.Value));
    }

    [Fact]
    public async Task A_produce_ends_at_its_own_deadline_as_possibly_stored_and_the_record_goes_on()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var producer = Producer(("linger.ms", "3000"));
        var early = Outgoing(topic, "k", "1") with { Timeout = TimeSpan.FromMilliseconds(50) };

        var failure = await Assert.ThrowsAsync<ProduceException>(() => producer.ProduceAsync(early).AsTask().WaitAsync(Soon));
        var ofMany = await Assert.ThrowsAsync<ProduceException>(() => producer.ProduceManyAsync([Outgoing(topic, "k", "2")], TimeSpan.FromMilliseconds(50)).WaitAsync(Soon));

        Assert.True(failure.PossiblyPersisted && ofMany.PossiblyPersisted);
        Assert.Contains("within the 50 ms that its caller gave it (Timeout)", failure.Message, StringComparison.Ordinal);
        // The objects that were used are used again: a timer that was armed for one must not end the next.
        for (var i = 3; i < 6; i++)
        {
            var position = await producer.ProduceAsync(Outgoing(topic, "k", $"{i}") with { Timeout = Soon }).AsTask().WaitAsync(Soon);
            Assert.Equal(i - 1, position.Offset);
        }

        Assert.Equal(["1", "2", "3", "4", "5"], TopicReader.ReadAll(kafka, topic, partitions: 1).Select(record => record.Message.Value));
    }

    [Fact]
    public async Task A_failure_that_nobody_waits_for_is_logged_once()
    {
        var topic = await kafka.CreateTopicAsync();
        var lines = new Lines();
        await using (var producer = new RecordProducer(new Dictionary<string, string>(kafka.ClientSettings) { ["message.max.bytes"] = "1000" }, lines))
        {
            producer.Produce(Outgoing(topic, "k", new string('x', 2_000)), null);
            producer.Produce(Outgoing(topic, "k", new string('x', 2_000)), (_, _) => { });
            producer.Produce(Outgoing(topic, "k", new string('x', 2_000)), null);
            producer.Produce(Outgoing(topic, "k", "fits"), null);
        }

        Assert.Equal(2, lines.All.Count(line => line.Contains("1 records that were produced without a callback", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_hundred_thousand_records_are_stored_once_each_and_in_order_per_key()
    {
        const int Count = 100_000;
        const int Keys = 100;
        var topic = await kafka.CreateTopicAsync(partitions: 4);
        await using (var producer = Producer(("queue.buffering.max.messages", "5000")))
        {
            var waves = new List<Task>(1_000);
            for (var i = 0; i < Count; i++)
            {
                waves.Add(producer.ProduceAsync(Outgoing(topic, $"key-{i % Keys}", $"{i}")).AsTask());
                if (waves.Count == 10_000)
                {
                    await Task.WhenAll(waves).WaitAsync(Soon);
                    waves.Clear();
                }
            }
        }

        var records = TopicReader.ReadAll(kafka, topic, partitions: 4);
        Assert.Equal(Count, records.Count);
        foreach (var ofKey in records.GroupBy(record => record.Message.Key))
        {
            var numbers = ofKey.Select(record => int.Parse(record.Message.Value!, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal(Enumerable.Range(0, Count / Keys).Select(i => (i * Keys) + (numbers[0] % Keys)), numbers);
        }
    }

    [Fact]
    public async Task A_full_send_queue_makes_the_caller_wait_and_loses_nothing()
    {
        const int Count = 5_000;
        var topic = await kafka.CreateTopicAsync();
        var delivered = 0;
        var failed = 0;
        await using (var producer = Producer(("queue.buffering.max.messages", "10")))
        {
            void ProduceAll()
            {
                for (var i = 0; i < Count; i++)
                {
                    producer.Produce(Outgoing(topic, "k", $"{i}"), (_, failure) => Interlocked.Increment(ref failure is null ? ref delivered : ref failed));
                }
            }

            // Not on this thread: a producer that never lets its caller go must fail the test, not hang it.
            await Task.Run(ProduceAll).WaitAsync(Soon);
            await producer.FlushAsync(Deadline());
            Assert.Equal((Count, 0), (delivered, failed));
        }

        var numbers = TopicReader.ReadAll(kafka, topic, partitions: 1).Select(record => record.Message.Value);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), numbers);
    }

    [Fact]
    public async Task A_callback_may_produce_into_a_full_send_queue()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var producer = Producer(("queue.buffering.max.messages", "2"));
        var done = new TaskCompletionSource();
        var left = 200;
        void Next(RecordPosition position, ProduceException? failure)
        {
            if (failure is not null)
            {
                done.TrySetException(failure);
            }
            else if (Interlocked.Decrement(ref left) == 0)
            {
                done.TrySetResult();
            }
            else if (left >= 100)
            {
                producer.Produce(Outgoing(topic, "k", "again"), Next);
                producer.Produce(Outgoing(topic, "k", "again"), null);
            }
        }

        for (var i = 0; i < 100; i++)
        {
            producer.Produce(Outgoing(topic, "k", $"{i}"), Next);
        }

        await done.Task.WaitAsync(Soon);
    }

    [Fact]
    public async Task An_unknown_topic_is_named_is_not_created_and_works_once_it_exists()
    {
        await using var producer = Producer(("topic.metadata.propagation.max.ms", "500"));
        var topic = kafka.NewName("absent");

        var failure = await Assert.ThrowsAsync<ProduceException>(() => producer.ProduceAsync(Outgoing(topic, "k", "v")).AsTask().WaitAsync(Soon));

        Assert.Equal(topic, failure.Topic);
        Assert.False(failure.PossiblyPersisted);
        Assert.Contains($"Topic '{topic}' does not exist", failure.Message, StringComparison.Ordinal);
        using var admin = new ClusterAdmin(kafka.ClientSettings, NullLoggerFactory.Instance);
        Assert.DoesNotContain(topic, (await admin.ListTopicsAsync(Deadline())).Keys);

        await admin.CreateTopicsAsync([new(topic, 1)], Deadline());
        await Wait.UntilAsync("the topic is known to the producer", async () =>
        {
            try
            {
                await producer.ProduceAsync(Outgoing(topic, "k", "v"));
                return true;
            }
            catch (ProduceException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task A_record_over_the_clients_or_the_topics_limit_is_refused_and_others_flow()
    {
        var topic = await kafka.CreateTopicAsync(settings: new Dictionary<string, string> { ["max.message.bytes"] = "2000" });
        await using var producer = Producer(("message.max.bytes", "10000"));
        foreach (var size in new[] { 20_000, 5_000 })
        {
            var failure = await Assert.ThrowsAsync<ProduceException>(() => producer.ProduceAsync(Outgoing(topic, "k", new string('x', size))).AsTask().WaitAsync(Soon));
            Assert.Equal((int)ErrorCode.MessageTooLarge, failure.ErrorCode);
            Assert.False(failure.PossiblyPersisted);
            Assert.Contains("message.max.bytes", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await producer.ProduceAsync(Outgoing(topic, "k", "fits")).AsTask().WaitAsync(Soon)).Offset);
    }

    [Fact]
    public async Task A_fatal_error_reports_what_is_open_as_possibly_stored_and_a_new_producer_takes_over()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var producer = Producer(("linger.ms", "2000"));
        var open = producer.ProduceAsync(Outgoing(topic, "k", "open")).AsTask();
        Assert.True(producer.Session!.Handle.FailFatally((ErrorCode)45, "a test").IsNone);

        var failure = await Assert.ThrowsAsync<ProduceException>(() => open.WaitAsync(Soon));
        Assert.True(failure.PossiblyPersisted);
        Assert.Contains("failed for good", failure.Message, StringComparison.Ordinal);

        var position = await producer.ProduceAsync(Outgoing(topic, "k", "next")).AsTask().WaitAsync(Soon);
        Assert.Equal(topic, position.Topic);
    }

    [Fact]
    public async Task Cancelling_stops_the_waiting_and_the_producer_goes_on()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var producer = Producer(("linger.ms", "1000"));
        using var giveUp = new CancellationTokenSource();
        var abandoned = producer.ProduceAsync(Outgoing(topic, "k", "1"), giveUp.Token).AsTask();
        await giveUp.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => abandoned);

        await producer.ProduceAsync(Outgoing(topic, "k", "2")).AsTask().WaitAsync(Soon);
        Assert.Equal(["1", "2"], TopicReader.ReadAll(kafka, topic, partitions: 1).Select(record => record.Message.Value));
    }

    [Fact]
    public async Task A_flush_sends_what_lingers()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var producer = Producer(("linger.ms", "100000"));
        // A ValueTask knows at once that it is complete; the Task of AsTask only after a continuation has run.
        var before = producer.ProduceAsync(Outgoing(topic, "k", "1"));
        await producer.FlushAsync(Deadline());
        Assert.True(before.IsCompletedSuccessfully);
        Assert.Equal(0, (await before).Offset);
    }

    [Fact]
    public async Task After_disposal_a_produce_says_that_the_producer_is_closed()
    {
        var producer = Producer();
        await producer.DisposeAsync();
        await producer.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => producer.Produce(Outgoing("t", "k", "v"), null));
    }

    private static OutgoingRecord Outgoing(string topic, string key, string value) => new(topic, key, Encoding.UTF8.GetBytes(value));

    private static CancellationToken Deadline() => new CancellationTokenSource(Soon).Token;

    private RecordProducer Producer(params (string Name, string Value)[] settings) =>
        new(new Dictionary<string, string>(kafka.ClientSettings.Concat(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))), NullLoggerFactory.Instance);
}
