using Confluent.Kafka;
using Headrace.Broker.Tests.Testing;

namespace Headrace.Broker.Tests.Faults;

/// <summary>What each fault does to a real producer.</summary>
public sealed class ProducerFaultTests : IAsyncLifetime
{
    private DevBroker _broker = null!;
    private string _topic = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await DevBroker.StartAsync();
        _topic = $"t-{Guid.NewGuid():N}";
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task A_lost_reply_leaves_one_copy_with_idempotence_and_two_without(bool idempotent, int copies)
    {
        using var lost = _broker.Faults.On(KafkaApi.Produce).Topic(_topic).After(1).Times(1).LoseReply();
        using var producer = Producer(new ProducerConfig { EnableIdempotence = idempotent });
        foreach (var value in new[] { "a", "b", "c" })
        {
            await producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<string, string> { Value = value });
        }

        Assert.Equal(1, lost.Hits);
        Assert.Equal(2 + copies, End());
    }

    [Fact]
    public async Task A_closed_connection_loses_nothing_and_repeats_nothing()
    {
        using var closed = _broker.Faults.On(KafkaApi.Produce).Times(2).Close();
        using var producer = Producer(new ProducerConfig());
        await producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<string, string> { Value = "a" });

        Assert.Equal(2, closed.Hits);
        Assert.Equal(1, End());
    }

    [Fact]
    public async Task An_error_reaches_the_producer_and_stores_nothing()
    {
        using var refused = _broker.Faults.On(KafkaApi.Produce).Topic(_topic).Error((int)ErrorCode.TopicAuthorizationFailed);
        using var producer = Producer(new ProducerConfig());
        var fault = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<string, string> { Value = "a" }));

        Assert.Equal(ErrorCode.TopicAuthorizationFailed, fault.Error.Code);
        refused.Dispose();
        Assert.Equal(0, End());
    }

    [Fact]
    public async Task An_error_that_passes_is_retried_by_the_client()
    {
        using var refused = _broker.Faults.On(KafkaApi.Produce).Times(3).Error((int)ErrorCode.NotEnoughReplicas);
        using var producer = Producer(new ProducerConfig());
        await producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<string, string> { Value = "a" });

        Assert.Equal(3, refused.Hits);
        Assert.Equal(1, End());
    }

    [Fact]
    public async Task A_delayed_request_is_handled_when_the_time_is_up()
    {
        using var delayed = _broker.Faults.On(KafkaApi.Produce).Times(1).Delay(TimeSpan.FromMilliseconds(300));
        using var producer = Producer(new ProducerConfig());
        var before = TimeProvider.System.GetTimestamp();
        await producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<string, string> { Value = "a" });

        Assert.True(TimeProvider.System.GetElapsedTime(before) >= TimeSpan.FromMilliseconds(290));
        Assert.Equal(1, delayed.Hits);
    }

    [Fact]
    public async Task An_unanswered_request_times_out_at_the_client_which_asks_again()
    {
        using var silent = _broker.Faults.On(KafkaApi.Produce).Times(1).NeverAnswer();
        using var producer = Producer(new ProducerConfig { RequestTimeoutMs = 1_000, SocketTimeoutMs = 2_000 });
        await producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<string, string> { Value = "a" });

        Assert.Equal(1, silent.Hits);
        Assert.Equal(1, End());
    }

    [Fact]
    public async Task A_throttled_producer_is_told_for_how_long()
    {
        using var producer = Producer(new ProducerConfig());
        await producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<string, string> { Value = "the topic is made" });
        using var throttled = _broker.Faults.On(KafkaApi.Produce).Times(1).Throttle(TimeSpan.FromMilliseconds(250));
        await using var client = await WireClient.ConnectAsync(_broker.BootstrapServers);
        var before = TimeProvider.System.GetTimestamp();
        var first = await client.SendAsync<Requests.ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce(_topic, TestBatch.Of("a")));
        var second = await client.SendAsync<Requests.ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce(_topic, TestBatch.Of("b")));

        Assert.Equal((250, 0), (first.ThrottleTimeMs, second.ThrottleTimeMs));
        Assert.True(TimeProvider.System.GetElapsedTime(before) >= TimeSpan.FromMilliseconds(240));
    }

    [Fact]
    public async Task A_listener_that_restarts_costs_a_producer_time_and_nothing_else()
    {
        using var outage = _broker.Faults.On(KafkaApi.Produce).Times(1).RestartListener(TimeSpan.FromMilliseconds(300));
        using var producer = Producer(new ProducerConfig());
        await producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<string, string> { Value = "a" });

        Assert.Equal(1, outage.Hits);
        Assert.Equal(1, End());
    }

    [Fact]
    public async Task A_fenced_producer_cannot_commit_and_its_records_are_aborted()
    {
        using var producer = Producer(new ProducerConfig { TransactionalId = "x" });
        producer.InitTransactions(TimeSpan.FromSeconds(30));
        producer.BeginTransaction();
        await producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<string, string> { Value = "a" });
        Assert.True(_broker.Faults.FenceProducer("x"));
        var fault = Assert.ThrowsAny<KafkaException>(() => producer.CommitTransaction(TimeSpan.FromSeconds(30)));

        Assert.True(fault.Error.IsFatal, fault.Message);
        Assert.False(_broker.Faults.FenceProducer("nobody"));
    }

    [Fact]
    public async Task Only_what_all_conditions_match_is_hit()
    {
        var open = true;
        using var other = _broker.Faults.On(KafkaApi.Produce).Topic("another-*").Close();
        using var client = _broker.Faults.On(KafkaApi.Produce).FromClient("somebody-else").Close();
        using var version = _broker.Faults.On(KafkaApi.Produce).Versions(0, 2).Close();
        using var never = _broker.Faults.On(KafkaApi.Produce).WithProbability(0).Close();
        using var closed = _broker.Faults.On(KafkaApi.Produce).While(() => !open).Close();
        using var partition = _broker.Faults.On(KafkaApi.Produce).Topic(_topic, partition: 3).Error((int)ErrorCode.TopicAuthorizationFailed);
        using var producer = Producer(new ProducerConfig());
        await producer.ProduceAsync(new TopicPartition(_topic, 0), new Message<string, string> { Value = "a" });

        Assert.All([other, client, version, never, closed, partition], fault => Assert.Equal(0, fault.Hits));
        await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync(new TopicPartition(_topic, 3), new Message<string, string> { Value = "a" }));
    }

    [Fact]
    public void A_rule_that_makes_no_sense_is_refused_with_every_reason()
    {
        var fault = Assert.Throws<ArgumentException>(() => _broker.Faults.On().After(-1).Times(0).WithProbability(2).Error(0));

        Assert.Contains("After is -1", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Times is 0", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Probability is 2", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Error is 0", fault.Message, StringComparison.Ordinal);
        Assert.Empty(_broker.Faults.All);
    }

    [Fact]
    public void Every_request_that_is_served_can_be_named()
    {
        var served = new Requests.RequestTable().All.Select(handler => ((short)handler.Key, handler.Key.ToString()));

        Assert.Empty(served.Except(Enum.GetValues<KafkaApi>().Select(api => ((short)api, api.ToString()))));
    }

    private IProducer<string, string> Producer(ProducerConfig config)
    {
        config.BootstrapServers = _broker.BootstrapServers;
        config.LingerMs = 0;
        config.RetryBackoffMs = 10;
        config.ReconnectBackoffMs = 10;
        config.ReconnectBackoffMaxMs = 100;
        return new ProducerBuilder<string, string>(config).SetLogHandler((_, _) => { }).Build();
    }

    private long End()
    {
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = _broker.BootstrapServers, GroupId = "g" }).Build();
        return consumer.QueryWatermarkOffsets(new TopicPartition(_topic, 0), TimeSpan.FromSeconds(30)).High.Value;
    }
}
