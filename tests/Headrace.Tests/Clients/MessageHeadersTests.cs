using System.Text;
using Confluent.Kafka;
using Headrace.Clients.Native;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Clients;

/// <summary>That a record has no headers is told from its bytes, without asking the library: here with all kinds of bytes.</summary>
public sealed class MessageHeadersTests(KafkaUnderTest kafka)
{
    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Every_record_has_the_headers_that_it_was_produced_with(CompressionType codec)
    {
        var topic = await kafka.CreateTopicAsync();
        var produced = new List<(byte[]? Value, int Headers)>();
        byte[]?[] values = [null, [1], new byte[10_000], .. Enumerable.Range(0, 300).Select(static length => new byte[length])];
        foreach (var value in values)
        {
            produced.AddRange([(value, 0), (value, 1), (value, 3)]);
        }

        using (var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = kafka.Address, CompressionType = codec }).Build())
        {
            foreach (var (value, count) in produced)
            {
                var headers = new Headers();
                Enumerable.Range(0, count).ToList().ForEach(number => headers.Add($"h{number}", Encoding.UTF8.GetBytes($"{number}")));
                producer.Produce(topic, new() { Value = value, Headers = headers });
            }

            producer.Flush(TestContext.Current.CancellationToken);
        }

        var read = Read(topic, produced.Count);

        Assert.Equal(produced.Select(static one => string.Concat(Enumerable.Range(0, one.Headers).Select(static number => $"h{number}={number} "))), read);
    }

    private List<string> Read(string topic, int count)
    {
        var configuration = new NativeConfiguration();
        Assert.Null(configuration.TrySet("bootstrap.servers", kafka.Address, out _));
        Assert.Null(configuration.TrySet("group.id", topic, out _));
        using var consumer = new ConsumerHandle(configuration, EventKinds.Error);
        using var signal = new QueueSignal();
        consumer.Queue.Watch(signal);
        using var start = new TopicPartitionList([new TopicPartitionEntry(topic, 0, 0)]);
        Assert.True(consumer.Assign(start).IsNone);
        var (read, batch) = (new List<string>(), new NativeMessage[100]);
        while (read.Count < count)
        {
            var taken = consumer.Queue.ConsumeBatch(batch);
            Assert.True(taken > 0 || signal.Wait(TimeSpan.FromSeconds(30)), $"{read.Count} of {count} records came, then none for 30 s.");
            foreach (var message in batch.Take(taken))
            {
                Assert.Equal(Headrace.Clients.Native.ErrorCode.None, message.Error);
                var headers = new RecordHeaders();
                NativeMessage.ReadHeaders(message.Pointer, message.ValueBytes, headers);
                read.Add(string.Concat(headers.Select(static header => $"{header.Name}={header.Text} ")));
                message.Destroy();
            }
        }

        return read;
    }
}
