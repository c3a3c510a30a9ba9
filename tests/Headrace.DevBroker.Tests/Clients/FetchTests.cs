using System.Diagnostics;
using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Clients;

/// <summary>What a consumer is given, the same on Apache Kafka.</summary>
public sealed class FetchTests : IAsyncLifetime
{
    private TestCluster _cluster = null!;
    private WireClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        _client = await _cluster.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_fetch_that_waits_gets_a_record_when_it_is_there_not_when_its_time_is_up()
    {
        const int NeverInThisTest = 10 * 60 * 1_000;
        var (topic, id) = await NewTopicAsync();
        await using var producer = await _cluster.ConnectAsync();
        for (var offset = 0; offset < 30; offset++)
        {
            var waits = await _client.PostAsync(KafkaApi.Fetch, 17, SampleRequest.Fetch(id, offset, maxWaitMs: NeverInThisTest));
            await producer.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce(topic, TestBatch.Of("a")));
            var fetched = await _client.ReceiveAsync<FetchResponse>(KafkaApi.Fetch, 17, waits);
            Assert.NotEqual(0, fetched.Topics[0].Partitions[0].Records!.Value.Length);
        }
    }

    [Fact]
    public async Task A_fetch_waits_until_there_are_enough_bytes_or_its_time_is_up()
    {
        var (topic, id) = await NewTopicAsync();
        await ProduceAsync(topic, TestBatch.Of("a"));

        var started = Stopwatch.GetTimestamp();
        var fetched = await FetchAsync(SampleRequest.Fetch(id, 0, maxWaitMs: 300, minBytes: 10_000));

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 280, 10_000);
        Assert.NotEqual(0, fetched.Records!.Value.Length);
    }

    [Fact]
    public async Task A_batch_larger_than_every_limit_still_gets_through()
    {
        var (topic, id) = await NewTopicAsync();
        var batch = TestBatch.Of(new string('x', 50_000)).ToBytes();
        await ProduceAsync(topic, batch);
        await ProduceAsync(topic, batch);

        var fetched = await FetchAsync(SampleRequest.Fetch(id, 0, maxBytes: 1, partitionMaxBytes: 1));

        Assert.Equal(batch.Length, fetched.Records!.Value.Length);
    }

    [Fact]
    public async Task Partitions_are_served_in_the_order_asked_until_the_limit_of_all()
    {
        var topic = await _cluster.CreateTopicAsync(3);
        var id = await IdOfAsync(topic);
        var batch = TestBatch.Of(new string('x', 10_000)).ToBytes();
        for (var partition = 0; partition < 3; partition++)
        {
            await ProduceAsync(topic, batch, partition);
        }

        var request = SampleRequest.Fetch(id, 0, maxBytes: 15_000);
        request.Topics[0].Partitions = [.. new[] { 2, 0, 1 }.Select(index => new FetchRequest.Partition { Index = index, MaxBytes = 1_000_000 })];
        var response = await _client.SendAsync<FetchResponse>(KafkaApi.Fetch, 17, request);

        var lengths = response.Topics.SelectMany(one => one.Partitions).ToDictionary(one => one.Index, one => one.Records!.Value.Length);
        Assert.Equal(batch.Length, lengths[2]);
        Assert.True(lengths.GetValueOrDefault(1) < batch.Length);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(-5, false)]
    public async Task An_offset_must_lie_within_the_log(long offset, bool isWithin)
    {
        var (topic, id) = await NewTopicAsync();
        await ProduceAsync(topic, TestBatch.Of("a"));

        var fetched = await FetchAsync(SampleRequest.Fetch(id, offset));

        Assert.Equal(isWithin ? ErrorCode.None : ErrorCode.OffsetOutOfRange, fetched.Error);
    }

    [Fact]
    public async Task A_topic_that_was_made_again_is_another_topic()
    {
        var (topic, id) = await NewTopicAsync();
        await _client.SendAsync<DeleteTopicsResponse>(KafkaApi.DeleteTopics, 6, new DeleteTopicsRequest { Topics = [new() { Name = topic }], TimeoutMs = 5_000 });

        await Eventually.TrueAsync("the old id is unknown", async () => (await FetchAsync(SampleRequest.Fetch(id, 0))).Error == ErrorCode.UnknownTopicId);
    }

    [Fact]
    public async Task A_leader_epoch_from_the_future_is_not_known()
    {
        var (_, id) = await NewTopicAsync();
        var request = SampleRequest.Fetch(id, 0);
        request.Topics[0].Partitions[0].CurrentLeaderEpoch = 1_000;

        Assert.Equal(ErrorCode.UnknownLeaderEpoch, (await FetchAsync(request)).Error);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Older_clients_fetch_by_name(int version)
    {
        var (topic, _) = await NewTopicAsync();
        await ProduceAsync(topic, TestBatch.Of("a"));
        var request = SampleRequest.Fetch(Guid.Empty, 0);
        request.Topics[0].Name = topic;

        var response = await _client.SendAsync<FetchResponse>(KafkaApi.Fetch, version, request);

        Assert.Equal((ErrorCode.None, topic), (response.Topics[0].Partitions[0].Error, response.Topics[0].Name));
        Assert.NotEqual(0, response.Topics[0].Partitions[0].Records!.Value.Length);
    }

    [Fact]
    public async Task A_consumer_of_committed_records_gets_a_list_of_aborted_transactions_the_other_none()
    {
        var (topic, id) = await NewTopicAsync();
        await ProduceAsync(topic, TestBatch.Of("a"));
        var request = SampleRequest.Fetch(id, 0);
        Assert.Null((await FetchAsync(request)).AbortedTransactions);
        request.IsolationLevel = 1;
        var fetched = await FetchAsync(request);
        Assert.Empty(fetched.AbortedTransactions ?? []);
        Assert.Equal((1L, 1L, 0L, -1), (fetched.HighWatermark, fetched.LastStableOffset, fetched.LogStartOffset, fetched.PreferredReadReplica));
    }

    private async Task<(string Name, Guid Id)> NewTopicAsync()
    {
        var topic = await _cluster.CreateTopicAsync();
        return (topic, await IdOfAsync(topic));
    }

    private async Task<Guid> IdOfAsync(string topic) =>
        (await _client.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = topic }] })).Topics[0].Id;

    private async Task<FetchResponse.Partition> FetchAsync(FetchRequest request) =>
        (await _client.SendAsync<FetchResponse>(KafkaApi.Fetch, 17, request)).Topics[0].Partitions[0];

    private Task ProduceAsync(string topic, TestBatch batch) => ProduceAsync(topic, batch.ToBytes());

    private async Task ProduceAsync(string topic, byte[] batch, int partition = 0)
    {
        var produced = await _client.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce(topic, batch, partition));
        Assert.Equal(ErrorCode.None, produced.Topics[0].Partitions[0].Error);
    }
}
