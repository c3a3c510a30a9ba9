using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Broker.Tests.Testing;

namespace Headrace.Broker.Tests.Storage;

/// <summary>What a client finds after its broker was started again in the same folder.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private DevBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Topics_settings_records_and_offsets_are_there_again(bool clean)
    {
        using (var admin = Admin())
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = "t", NumPartitions = 2, ReplicationFactor = 1, Configs = new() { ["retention.ms"] = "86400001" } }]);
            await admin.CreateTopicsAsync([new TopicSpecification { Name = "gone", NumPartitions = 1, ReplicationFactor = 1 }]);
            await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = "t", IncreaseTo = 3 }]);
            await ProduceAsync("t", 100);
            await admin.DeleteRecordsAsync([new TopicPartitionOffset("t", 0, 10)]);
            await admin.DeleteTopicsAsync(["gone"]);
        }

        CommitOffset("t", 40);
        await RestartAsync(clean);

        using var again = Admin();
        var topics = again.GetMetadata(TimeSpan.FromSeconds(30)).Topics;
        Assert.Equal(("t", 3), (Assert.Single(topics).Topic, topics[0].Partitions.Count));
        var settings = await again.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = "t" }]);
        Assert.Equal("86400001", settings[0].Entries["retention.ms"].Value);
        using var consumer = Consumer("g");
        Assert.Equal((10, 100), (Watermarks(consumer).Low.Value, Watermarks(consumer).High.Value));
        Assert.Equal(40, consumer.Committed([new TopicPartition("t", 0)], TimeSpan.FromSeconds(30))[0].Offset.Value);
        consumer.Assign(new TopicPartitionOffset("t", 0, 10));
        Assert.Equal(Enumerable.Range(10, 90).Select(i => $"{i}"), Enumerable.Range(0, 90).Select(_ => consumer.Consume(TimeSpan.FromSeconds(30)).Message.Value));
    }

    [Fact]
    public async Task A_consumer_that_outlives_its_broker_goes_on()
    {
        await ProduceAsync("t", 10);
        using var consumer = Consumer("g");
        consumer.Subscribe("t");
        Assert.Equal("0", consumer.Consume(TimeSpan.FromSeconds(30))?.Message.Value);
        await RestartAsync(clean: false);
        await ProduceAsync("t", 1);
        var seen = new List<long>();
        await Eventually.TrueAsync("the consumer has read to the end", () =>
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } record)
            {
                seen.Add(record.Offset.Value);
            }

            return Task.FromResult(seen.Contains(10));
        });

        Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), seen.Distinct().Order().Where(offset => offset > 0));
    }

    [Fact]
    public async Task An_idempotent_producer_that_outlives_its_broker_stores_nothing_twice()
    {
        using var producer = Producer();
        for (var i = 0; i < 20; i++)
        {
            var sent = producer.ProduceAsync(new TopicPartition("t", 0), new Message<string, string> { Value = $"{i}" });
            if (i % 5 == 4)
            {
                using var lost = _broker.Faults.On(KafkaApi.Produce).Times(1).LoseReply();
                var second = producer.ProduceAsync(new TopicPartition("t", 0), new Message<string, string> { Value = $"{i}+" });
                await Task.WhenAny(second, Eventually.TrueAsync("a reply was lost", () => Task.FromResult(lost.Hits == 1 || second.IsCompleted)));
                await RestartAsync(clean: false);
                await second;
            }

            await sent;
        }

        using var consumer = Consumer("g");
        Assert.Equal(24, Watermarks(consumer).High.Value);
    }

    [Fact]
    public async Task An_open_transaction_is_still_its_producers_and_a_decided_one_is_decided()
    {
        await ProduceAsync("t", 1);
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _broker.BootstrapServers, TransactionalId = "x" }).SetLogHandler((_, _) => { }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(30));
        producer.BeginTransaction();
        await producer.ProduceAsync(new TopicPartition("t", 0), new Message<string, string> { Value = "committed" });
        producer.SendOffsetsToTransaction([new TopicPartitionOffset("t", 0, 1)], Consumer("g").ConsumerGroupMetadata, TimeSpan.FromSeconds(30));
        await RestartAsync(clean: false);
        producer.CommitTransaction(TimeSpan.FromSeconds(30));
        producer.BeginTransaction();
        await producer.ProduceAsync(new TopicPartition("t", 0), new Message<string, string> { Value = "aborted" });
        await RestartAsync(clean: false);
        producer.AbortTransaction(TimeSpan.FromSeconds(30));
        await RestartAsync(clean: false);
        await ProduceAsync("t", 1);

        using var consumer = Consumer("g", IsolationLevel.ReadCommitted);
        Assert.Equal(1, consumer.Committed([new TopicPartition("t", 0)], TimeSpan.FromSeconds(30))[0].Offset.Value);
        consumer.Assign(new TopicPartitionOffset("t", 0, 0));
        Assert.Equal(["0", "committed", "0"], Enumerable.Range(0, 3).Select(_ => consumer.Consume(TimeSpan.FromSeconds(30)).Message.Value));
    }

    [Fact]
    public async Task What_a_crash_tore_off_is_gone_and_offsets_do_not_pass_the_end()
    {
        await ProduceAsync("t", 5);
        CommitOffset("t", 5);
        var port = _broker.Port;
        await _broker.CrashAsync(tornBytes: 1);
        _broker = await StartAsync(port);

        using var consumer = Consumer("g");
        Assert.Equal(4, Watermarks(consumer).High.Value);
        Assert.Equal(4, consumer.Committed([new TopicPartition("t", 0)], TimeSpan.FromSeconds(30))[0].Offset.Value);
    }

    [Fact]
    public async Task A_second_broker_in_the_folder_says_who_has_it()
    {
        var fault = await Assert.ThrowsAsync<IOException>(() => StartAsync());

        Assert.Contains($"process {Environment.ProcessId}", fault.Message, StringComparison.Ordinal);
        Assert.Contains(_broker.BootstrapServers, fault.Message, StringComparison.Ordinal);
        await _broker.DisposeAsync();
        _broker = await StartAsync();
    }

    private Task<DevBroker> StartAsync(int port = 0) =>
        DevBroker.StartAsync(new DevBrokerOptions { Port = port, DataFolder = _folder.Path, DefaultPartitions = 1 }, TestContext.Current.CancellationToken);

    private async Task RestartAsync(bool clean)
    {
        var port = _broker.Port;
        await (clean ? _broker.DisposeAsync() : _broker.CrashAsync());
        _broker = await StartAsync(port);
    }

    private async Task ProduceAsync(string topic, int count)
    {
        using var producer = Producer();
        for (var i = 0; i < count; i++)
        {
            await producer.ProduceAsync(new TopicPartition(topic, 0), new Message<string, string> { Value = $"{i}" });
        }
    }

    private void CommitOffset(string topic, long offset)
    {
        using var consumer = Consumer("g");
        consumer.Assign(new TopicPartition(topic, 0));
        consumer.Commit([new TopicPartitionOffset(topic, 0, offset)]);
    }

    private static WatermarkOffsets Watermarks(IConsumer<string, string> consumer) => consumer.QueryWatermarkOffsets(new TopicPartition("t", 0), TimeSpan.FromSeconds(30));

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();

    private IProducer<string, string> Producer() => new ProducerBuilder<string, string>(new ProducerConfig
    {
        BootstrapServers = _broker.BootstrapServers,
        EnableIdempotence = true,
        LingerMs = 0,
        ReconnectBackoffMs = 10,
        ReconnectBackoffMaxMs = 100,
        RetryBackoffMs = 10,
    }).SetLogHandler((_, _) => { }).Build();

    private IConsumer<string, string> Consumer(string group, IsolationLevel isolation = IsolationLevel.ReadUncommitted) => new ConsumerBuilder<string, string>(new ConsumerConfig
    {
        BootstrapServers = _broker.BootstrapServers,
        GroupId = group,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoCommit = false,
        IsolationLevel = isolation,
        ReconnectBackoffMs = 10,
        ReconnectBackoffMaxMs = 100,
    }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
}
