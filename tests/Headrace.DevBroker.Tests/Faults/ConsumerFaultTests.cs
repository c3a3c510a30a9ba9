using Confluent.Kafka;

namespace Headrace.Broker.Tests.Faults;

/// <summary>What each fault does to a real consumer.</summary>
public sealed class ConsumerFaultTests : IAsyncLifetime
{
    private readonly string _topic = $"t-{Guid.NewGuid():N}";
    private DevBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await DevBroker.StartAsync(new DevBrokerOptions { DefaultPartitions = 1 });
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        await producer.ProduceAsync(_topic, new Message<string, string> { Value = "a" });
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public void Corrupt_records_are_noticed_and_the_log_stays_whole()
    {
        using var corrupt = _broker.Faults.On(KafkaApi.Fetch).Topic(_topic).Times(1).Corrupt();
        using var consumer = Consumer(new ConsumerConfig { CheckCrcs = true });
        consumer.Assign(new TopicPartitionOffset(_topic, 0, 0));
        var fault = Assert.Throws<ConsumeException>(() => consumer.Consume(TimeSpan.FromSeconds(30)));

        Assert.Equal(ErrorCode.Local_BadMsg, fault.Error.Code);
        consumer.Assign(new TopicPartitionOffset(_topic, 0, 0));
        Assert.Equal("a", consumer.Consume(TimeSpan.FromSeconds(30))?.Message.Value);
    }

    [Fact]
    public void A_fetch_that_fails_is_tried_again()
    {
        using var failing = _broker.Faults.On(KafkaApi.Fetch).Times(2).Error((int)ErrorCode.NotLeaderForPartition);
        using var consumer = Consumer(new ConsumerConfig());
        consumer.Assign(new TopicPartitionOffset(_topic, 0, 0));

        Assert.Equal("a", consumer.Consume(TimeSpan.FromSeconds(30))?.Message.Value);
        Assert.Equal(2, failing.Hits);
    }

    [Fact]
    public async Task A_forced_rebalance_reaches_the_members()
    {
        var assignments = 0;
        using var consumer = Consumer(new ConsumerConfig { GroupId = "g" }, () => Interlocked.Increment(ref assignments));
        consumer.Subscribe(_topic);
        Assert.NotNull(consumer.Consume(TimeSpan.FromSeconds(30)));
        Assert.True(_broker.Faults.Rebalance("g"));
        await PollUntilAsync(consumer, () => Volatile.Read(ref assignments) == 2);

        Assert.False(_broker.Faults.Rebalance("nobody"));
    }

    [Fact]
    public async Task A_rebalance_can_hang_on_a_request()
    {
        var assignments = 0;
        using var consumer = Consumer(new ConsumerConfig { GroupId = "g" }, () => Interlocked.Increment(ref assignments));
        consumer.Subscribe(_topic);
        Assert.NotNull(consumer.Consume(TimeSpan.FromSeconds(30)));
        using var rebalance = _broker.Faults.On(KafkaApi.Heartbeat).Group("g").Times(1).Rebalance();
        await PollUntilAsync(consumer, () => Volatile.Read(ref assignments) == 2);

        Assert.Equal(1, rebalance.Hits);
    }

    [Fact]
    public async Task An_expired_member_loses_its_partitions_and_joins_again()
    {
        var lost = 0;
        var assignments = 0;
        using var consumer = Consumer(new ConsumerConfig { GroupId = "g" }, () => Interlocked.Increment(ref assignments), () => Interlocked.Increment(ref lost));
        consumer.Subscribe(_topic);
        Assert.NotNull(consumer.Consume(TimeSpan.FromSeconds(30)));
        Assert.Equal(1, _broker.Faults.ExpireMembers("g"));
        await PollUntilAsync(consumer, () => Volatile.Read(ref lost) == 1 && Volatile.Read(ref assignments) == 2);

        Assert.Equal(0, _broker.Faults.ExpireMembers("g", "nobody"));
    }

    [Fact]
    public async Task A_consumer_goes_on_over_a_new_leader_epoch()
    {
        using var consumer = Consumer(new ConsumerConfig());
        consumer.Assign(new TopicPartitionOffset(_topic, 0, 0));
        Assert.Equal(0, consumer.Consume(TimeSpan.FromSeconds(30))?.LeaderEpoch);
        Assert.True(_broker.Faults.RaiseLeaderEpoch(_topic));
        Assert.False(_broker.Faults.RaiseLeaderEpoch(_topic, 9));
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        await producer.ProduceAsync(_topic, new Message<string, string> { Value = "b" });
        var next = consumer.Consume(TimeSpan.FromSeconds(30));

        Assert.Equal(("b", 1), (next?.Message.Value, next?.LeaderEpoch));
    }

    private static async Task PollUntilAsync(IConsumer<string, string> consumer, Func<bool> condition) =>
        await Testing.Eventually.TrueAsync("the consumer saw it", () =>
        {
            consumer.Consume(TimeSpan.FromMilliseconds(50));
            return Task.FromResult(condition());
        });

    private IConsumer<string, string> Consumer(ConsumerConfig config, Action? assigned = null, Action? lost = null)
    {
        config.BootstrapServers = _broker.BootstrapServers;
        config.GroupId ??= "unused";
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        config.HeartbeatIntervalMs = 100;
        config.FetchErrorBackoffMs = 10;
        return new ConsumerBuilder<string, string>(config)
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .SetPartitionsAssignedHandler((_, _) => assigned?.Invoke())
            .SetPartitionsRevokedHandler((_, _) => { })
            .SetPartitionsLostHandler((_, _) => lost?.Invoke())
            .Build();
    }
}
