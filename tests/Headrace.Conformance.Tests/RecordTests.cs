using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Conformance.Tests.Testing;

namespace Headrace.Conformance.Tests;

public sealed class RecordTests(Cluster cluster)
{
    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Records_come_back_byte_for_byte_with_every_codec(CompressionType codec)
    {
        var topic = await cluster.CreateTopicAsync();
        var start = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds();
        var sent = Enumerable.Range(0, 300).Select(i => new Message<string, string?>
        {
            Key = $"k{i}",
            Value = i % 50 == 7 ? null : new string((char)('a' + i % 26), i * 3),
            Headers = [new Header("one", [1, (byte)i]), new Header("none", null), new Header("one", [2])],
            Timestamp = new Timestamp(start + i, TimestampType.CreateTime),
        }).ToList();
        using (var producer = cluster.Producer(config => config.CompressionType = codec))
        {
            await Task.WhenAll(sent.Select(message => producer.ProduceAsync(topic, message)));
        }

        using var reader = cluster.Reader(topic);
        var read = Wait.ForRecords(reader, sent.Count);

        Assert.Equal(Enumerable.Range(0, sent.Count), read.Select(record => (int)record.Offset.Value));
        Assert.Equal(
            sent.Select(message => (message.Key, message.Value, message.Timestamp.UnixTimestampMs)),
            read.Select(record => (record.Message.Key, record.Message.Value, record.Message.Timestamp.UnixTimestampMs)));
        Assert.All(read.Zip(sent), pair => Assert.Equal(
            pair.Second.Headers.Select(header => (header.Key, Bytes: header.GetValueBytes())), pair.First.Message.Headers.Select(header => (header.Key, Bytes: header.GetValueBytes()))));
    }

    [Fact]
    public async Task A_key_keeps_its_partition_and_its_order()
    {
        var topic = await cluster.CreateTopicAsync(3);
        using (var producer = cluster.Producer())
        {
            for (var i = 0; i < 3_000; i++)
            {
                producer.Produce(topic, new Message<string, string?> { Key = $"k{i % 17}", Value = $"{i}" });
            }

            producer.Flush(TestContext.Current.CancellationToken);
        }

        using var consumer = cluster.Consumer(cluster.NewName("group"));
        consumer.Subscribe(topic);
        foreach (var key in Wait.ForRecords(consumer, 3_000).GroupBy(record => record.Message.Key))
        {
            Assert.Single(key.Select(record => record.Partition).Distinct());
            Assert.Equal(key.Select(record => int.Parse(record.Message.Value!)).Order(), key.Select(record => int.Parse(record.Message.Value!)));
        }

        consumer.Close();
    }

    [Fact]
    public async Task A_record_of_three_megabytes_passes_where_the_topic_allows_it()
    {
        const int size = 3 * 1024 * 1024;
        string large = await cluster.CreateTopicAsync(1, ("max.message.bytes", "4000000")), usual = await cluster.CreateTopicAsync();
        var message = new Message<string, string?> { Key = "k", Value = new string('x', size) };
        using var producer = cluster.Producer(config => config.MessageMaxBytes = 4_000_000);
        await producer.ProduceAsync(large, message);
        var refused = await Assert.ThrowsAsync<ProduceException<string, string?>>(() => producer.ProduceAsync(usual, message));
        Assert.Equal(ErrorCode.MsgSizeTooLarge, refused.Error.Code);

        using var reader = cluster.Reader(large);
        Assert.Equal(size, Wait.ForRecords(reader, 1)[0].Message.Value!.Length);
    }

    [Fact]
    public async Task Offsets_are_found_by_time()
    {
        var topic = await cluster.CreateTopicAsync();
        var start = TimeProvider.System.GetUtcNow().AddMinutes(-30).ToUnixTimeMilliseconds();
        using (var producer = cluster.Producer())
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(i => producer.ProduceAsync(topic, new Message<string, string?>
            {
                Key = "k",
                Value = "v",
                Timestamp = new Timestamp(start + i * 1_000, TimestampType.CreateTime),
            })));
        }

        using var reader = cluster.Reader(topic);
        var partition = new TopicPartition(topic, 0);
        var times = new long[] { 0, start, start + 1, start + 7_500, start + 19_000, start + 19_001 };
        var found = times.Select(time => reader.OffsetsForTimes([new(partition, new Timestamp(time, TimestampType.CreateTime))], TimeSpan.FromSeconds(30))[0].Offset);

        Assert.Equal([0, 0, 1, 8, 19, Offset.End], found);
        Assert.Equal((0L, 20L), reader.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(30)) is var ends ? (ends.Low.Value, ends.High.Value) : default);
    }

    [Fact]
    public async Task Of_several_newest_records_the_first_is_named()
    {
        var topic = await cluster.CreateTopicAsync();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        using (var producer = cluster.Producer(config => config.LingerMs = 100))
        {
            await Task.WhenAll(new[] { -5, 0, 0, -1 }.Select(offset => producer.ProduceAsync(
                topic, new Message<string, string?> { Key = "k", Value = "v", Timestamp = new Timestamp(now + offset, TimestampType.CreateTime) })));
        }

        var found = await cluster.Admin.ListOffsetsAsync([new TopicPartitionOffsetSpec { TopicPartition = new(topic, 0), OffsetSpec = OffsetSpec.MaxTimestamp() }]);
        Assert.Equal(1, found.ResultInfos[0].TopicPartitionOffsetError.Offset.Value);
    }

    [Fact]
    public async Task Records_go_when_they_are_too_old()
    {
        var topic = await cluster.CreateTopicAsync(1, ("retention.ms", "1000"), ("segment.ms", "500"));
        var partition = new TopicPartition(topic, 0);
        using var producer = cluster.Producer();
        await producer.ProduceAsync(partition, new Message<string, string?> { Key = "k", Value = "old" });
        using var reader = cluster.Reader(topic);

        await Wait.UntilAsync("the record is gone", () => reader.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(30)).Low == 1);

        Assert.Equal(1, (await producer.ProduceAsync(partition, new Message<string, string?> { Key = "k", Value = "new" })).Offset.Value);
    }

    [Fact]
    public async Task A_compacted_topic_keeps_the_last_record_of_each_key()
    {
        var topic = await cluster.CreateTopicAsync(
            1, ("cleanup.policy", "compact"), ("segment.ms", "500"), ("min.cleanable.dirty.ratio", "0.01"), ("max.compaction.lag.ms", "1000"), ("delete.retention.ms", "100"));
        using var producer = cluster.Producer();
        foreach (var (key, value) in new[] { ("a", "1"), ("b", "1"), ("a", "2"), ("c", "1"), ("c", null), ("b", "2") })
        {
            await producer.ProduceAsync(new TopicPartition(topic, 0), new Message<string, string?> { Key = key, Value = value });
        }

        await Wait.UntilAsync("what was overwritten is gone", async () =>
        {
            // A segment is closed when the next record comes, and is compacted then.
            var last = await producer.ProduceAsync(new TopicPartition(topic, 0), new Message<string, string?> { Key = "tick", Value = "" });
            using var reader = cluster.Reader(topic);
            var records = new List<(string, string?, long)>();
            do
            {
                var record = Wait.ForRecords(reader, 1)[0];
                records.Add((record.Message.Key, record.Message.Value, record.Offset.Value));
            }
            while (records[^1].Item3 < last.Offset.Value);
            return records.Where(record => record.Item1 is "a" or "b").SequenceEqual([("a", "2", 2L), ("b", "2", 5L)]) && !records.Contains(("c", "1", 3));
        });
    }

    [Theory]
    [InlineData(true, "m0,m1,m2,m3,m4,m5")]
    [InlineData(false, "m0,m1,m2,m2,m3,m4,m5")]
    public async Task A_retry_after_a_lost_answer_is_stored_once_if_the_producer_is_idempotent(bool idempotent, string stored)
    {
        var topic = await cluster.CreateTopicAsync();
        var answers = 0;
        await using var proxy = new LossyProxy(cluster.Address, key => key == 0 && Interlocked.Increment(ref answers) == 3);
        using (var producer = cluster.Producer(config => (config.EnableIdempotence, config.LingerMs, config.Acks) = (idempotent, 0, Acks.All), proxy.Address))
        {
            for (var i = 0; i < 6; i++)
            {
                await producer.ProduceAsync(topic, new Message<string, string?> { Key = "k", Value = $"m{i}" });
            }
        }

        Assert.True(answers >= 7, $"{answers} answers to Produce came by; none was lost.");
        using var reader = cluster.Reader(topic);
        var values = stored.Split(',');
        Assert.Equal(values, Wait.ForRecords(reader, values.Length).Select(record => record.Message.Value));
        Assert.Equal(values.Length, reader.QueryWatermarkOffsets(new TopicPartition(topic, 0), TimeSpan.FromSeconds(30)).High.Value);
    }
}
