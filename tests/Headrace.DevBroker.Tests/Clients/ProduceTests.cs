using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Clients;

/// <summary>What a producer is told, the same on Apache Kafka.</summary>
public sealed class ProduceTests : IAsyncLifetime
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
    public async Task Records_get_the_next_offsets_and_are_read_back_as_they_were_sent()
    {
        var topic = await _cluster.CreateTopicAsync();

        Assert.Equal(0, (await ProduceAsync(topic, TestBatch.Of("a", "b"))).BaseOffset);
        Assert.Equal(2, (await ProduceAsync(topic, TestBatch.Of("c"))).BaseOffset);
    }

    public static TheoryData<string, int, string?> Refusals => new()
    {
        { "a checksum that does not match", (int)ErrorCode.CorruptMessage, null },
        { "two batches for one partition", (int)ErrorCode.InvalidRecord, null },
        { "half a batch", (int)ErrorCode.InvalidRecord, null },
        { "the control bit", (int)ErrorCode.InvalidRecord, null },
        { "a wrong number of records", (int)ErrorCode.InvalidRecord, null },
        { "a record from next week", (int)ErrorCode.InvalidTimestamp, null },
        { "more bytes than the topic takes", (int)ErrorCode.MessageTooLarge, "max.message.bytes=200" },
        { "no key on a compacted topic", (int)ErrorCode.InvalidRecord, "cleanup.policy=compact" },
        { "a record that is too old", (int)ErrorCode.InvalidTimestamp, "message.timestamp.before.max.ms=1000" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_batch_is_refused_because_of(string what, int error, string? setting)
    {
        var topic = setting?.Split('=') is [var name, var value] ? await _cluster.CreateTopicAsync(1, (name, value)) : await _cluster.CreateTopicAsync();
        var sound = TestBatch.Of("a", "b").ToBytes();
        byte[] batch = what switch
        {
            "a checksum that does not match" => [.. sound[..^1], (byte)(sound[^1] ^ 1)],
            "two batches for one partition" => [.. sound, .. sound],
            "half a batch" => sound[..70],
            "the control bit" => (TestBatch.Of("a") with { Attributes = 0x20 }).ToBytes(),
            "a wrong number of records" => (TestBatch.Of("a", "b") with { LastOffsetDelta = 5 }).ToBytes(),
            "a record from next week" => new TestBatch { Records = [(TestBatch.Now + 604_800_000, "k", "v")] }.ToBytes(),
            "more bytes than the topic takes" => TestBatch.Of(new string('x', 200)).ToBytes(),
            "no key on a compacted topic" => new TestBatch { Records = [(TestBatch.Now, "k", "v"), (TestBatch.Now, null, "v")] }.ToBytes(),
            _ => new TestBatch { Records = [(TestBatch.Now - 100_000, "k", "v")] }.ToBytes(),
        };

        var refused = await ProduceAsync(topic, batch);

        Assert.Equal((ErrorCode)error, refused.Error);
        Assert.Equal(-1, refused.BaseOffset);
        Assert.Equal(0, (await ProduceAsync(topic, new TestBatch { Records = [(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), "k", "v")] })).BaseOffset);
    }

    [Fact]
    public async Task A_record_that_causes_a_refusal_is_named()
    {
        var topic = await _cluster.CreateTopicAsync(1, ("cleanup.policy", "compact"));

        var refused = await ProduceAsync(topic, new TestBatch { Records = [(TestBatch.Now, "k", "v"), (TestBatch.Now, null, "v")] });

        Assert.Equal(1, refused.RecordErrors.Single().BatchIndex);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_made_by_producing()
    {
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await ProduceAsync($"t-{Guid.NewGuid():N}", TestBatch.Of("a"))).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await ProduceAsync(await _cluster.CreateTopicAsync(), TestBatch.Of("a"), partition: 1)).Error);
    }

    [Fact]
    public async Task Only_three_kinds_of_acknowledgement_exist() =>
        Assert.Equal(ErrorCode.InvalidRequiredAcks, (await ProduceAsync(await _cluster.CreateTopicAsync(), TestBatch.Of("a"), acks: 2)).Error);

    [Fact]
    public async Task Without_acknowledgement_there_is_no_response_and_a_failure_closes_the_connection()
    {
        var topic = await _cluster.CreateTopicAsync();

        await _client.PostAsync(KafkaApi.Produce, 11, SampleRequest.Produce(topic, TestBatch.Of("a"), acks: 0));
        Assert.Equal(1, (await ProduceAsync(topic, TestBatch.Of("b"))).BaseOffset);

        await _client.PostAsync(KafkaApi.Produce, 11, SampleRequest.Produce(topic, TestBatch.Of("c"), partition: 9, acks: 0));
        Assert.Null(await _client.ReceiveFrameAsync());
    }

    [Fact]
    public async Task A_retry_of_an_idempotent_producer_is_stored_once()
    {
        var topic = await _cluster.CreateTopicAsync();
        var producer = await NewProducerAsync();
        var batches = Enumerable.Range(0, 5).Select(i => TestBatch.Of("a", "b") with { ProducerId = producer, ProducerEpoch = 0, BaseSequence = 2 * i }).ToList();
        foreach (var batch in batches)
        {
            await ProduceAsync(topic, batch);
        }

        for (var i = 0; i < batches.Count; i++)
        {
            var repeated = await ProduceAsync(topic, batches[i]);
            Assert.Equal((ErrorCode.None, 2L * i), (repeated.Error, repeated.BaseOffset));
        }

        Assert.Equal(10, (await ProduceAsync(topic, TestBatch.Of("c"))).BaseOffset);
    }

    [Fact]
    public async Task A_gap_in_the_sequence_of_a_producer_is_refused()
    {
        var topic = await _cluster.CreateTopicAsync();
        var first = TestBatch.Of("a") with { ProducerId = await NewProducerAsync(), ProducerEpoch = 0, BaseSequence = 0 };

        Assert.Equal(ErrorCode.None, (await ProduceAsync(topic, first)).Error);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await ProduceAsync(topic, first with { BaseSequence = 2 })).Error);
        Assert.Equal(ErrorCode.None, (await ProduceAsync(topic, first with { BaseSequence = 1 })).Error);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await ProduceAsync(topic, first with { ProducerEpoch = 1, BaseSequence = 2 })).Error);
        Assert.Equal(ErrorCode.None, (await ProduceAsync(topic, first with { ProducerEpoch = 1, BaseSequence = 0 })).Error);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await ProduceAsync(topic, first with { BaseSequence = 2 })).Error);
    }

    [Fact]
    public async Task A_producer_that_is_not_known_may_begin_anywhere_and_sequences_wrap()
    {
        var topic = await _cluster.CreateTopicAsync();
        var last = TestBatch.Of("a") with { ProducerId = await NewProducerAsync(), ProducerEpoch = 0, BaseSequence = int.MaxValue };

        Assert.Equal(ErrorCode.None, (await ProduceAsync(topic, last)).Error);
        Assert.Equal(ErrorCode.None, (await ProduceAsync(topic, last with { BaseSequence = 0 })).Error);
    }

    [Fact]
    public async Task Every_producer_gets_an_id_of_its_own() => Assert.NotEqual(await NewProducerAsync(), await NewProducerAsync());

    private async Task<long> NewProducerAsync()
    {
        InitProducerIdResponse response = null!;
        await Eventually.TrueAsync("the coordinator has loaded", async () =>
        {
            response = await _client.SendAsync<InitProducerIdResponse>(KafkaApi.InitProducerId, 4, new InitProducerIdRequest { TransactionTimeoutMs = 60_000 });
            return response.Error != ErrorCode.CoordinatorLoadInProgress;
        });
        Assert.Equal((ErrorCode.None, (short)0), (response.Error, response.ProducerEpoch));
        return response.ProducerId;
    }

    private Task<ProduceResponse.Partition> ProduceAsync(string topic, TestBatch batch, int partition = 0, short acks = -1) =>
        ProduceAsync(topic, batch.ToBytes(), partition, acks);

    private async Task<ProduceResponse.Partition> ProduceAsync(string topic, byte[] batch, int partition = 0, short acks = -1) =>
        (await _client.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce(topic, batch, partition, acks))).Topics[0].Partitions[0];
}
