using System.Buffers;
using Headrace.Broker.Records;
using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Transactions;

/// <summary>What a transactional producer and the readers of its records are told, the same on Apache Kafka.</summary>
public sealed class TransactionTests : IAsyncLifetime
{
    private TestCluster _cluster = null!;
    private WireClient _wire = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        _wire = await _cluster.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _wire.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task An_open_transaction_is_hidden_and_an_aborted_one_is_listed()
    {
        var topic = await _cluster.CreateTopicAsync();
        TransactionClient first = await ProducerAsync(), second = await ProducerAsync();
        Assert.Equal(ErrorCode.None, await first.AddAsync(topic));
        Assert.Equal(ErrorCode.None, await second.AddAsync(topic));
        Assert.Equal(ErrorCode.None, await first.ProduceAsync(topic, "a", "b"));
        Assert.Equal(ErrorCode.None, await second.ProduceAsync(topic, "c"));
        Assert.Equal(ErrorCode.None, await second.EndAsync(commit: true));
        await Eventually.TrueAsync("the commit is written", async () => await EndAsync(topic, committed: false) == 4);

        var open = await FetchAsync(topic, committed: true);
        Assert.Equal((0L, 4L, 0L), (open.LastStableOffset, open.HighWatermark, open.Records?.Length ?? 0));
        Assert.Equal((0L, 4L), (await EndAsync(topic, committed: true), await EndAsync(topic, committed: false)));
        Assert.Equal(3, Headers(await FetchAsync(topic, committed: false)).Count);

        Assert.Equal(ErrorCode.None, await first.EndAsync(commit: false));
        await Eventually.TrueAsync("the abort is written", async () => await EndAsync(topic, committed: true) == 5);
        var ended = await FetchAsync(topic, committed: true);
        Assert.Equal((first.ProducerId, 0L), ended.AbortedTransactions!.Single() is var aborted ? (aborted.ProducerId, aborted.FirstOffset) : default);
        Assert.Equal([false, false, true, true], Headers(ended).Select(header => header.IsControl));
        Assert.Empty((await FetchAsync(topic, committed: true, offset: 5)).AbortedTransactions ?? []);
    }

    [Fact]
    public async Task A_producer_that_was_replaced_is_fenced()
    {
        var topic = await _cluster.CreateTopicAsync();
        var zombie = await ProducerAsync();
        Assert.Equal(ErrorCode.None, await zombie.AddAsync(topic));
        Assert.Equal(ErrorCode.None, await zombie.ProduceAsync(topic, "lost"));

        var successor = new TransactionClient(_wire, zombie.Id);
        Assert.Equal(ErrorCode.None, await successor.InitializeAsync());

        Assert.Equal(zombie.ProducerId, successor.ProducerId);
        Assert.True(successor.Epoch > zombie.Epoch);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await zombie.ProduceAsync(topic, "late"));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await zombie.AddAsync(topic, version: 0));
        Assert.Equal(ErrorCode.ProducerFenced, await zombie.AddAsync(topic));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await zombie.EndAsync(commit: true, version: 1));
        Assert.Equal(ErrorCode.ProducerFenced, await zombie.EndAsync(commit: true));
        Assert.Equal(ErrorCode.ProducerFenced, await zombie.AddGroupAsync("g"));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, await zombie.CommitOffsetAsync("g", topic, 1));
        Assert.Equal(ErrorCode.ProducerFenced, await zombie.InitializeAsync(bump: true));
        Assert.Single((await FetchAsync(topic, committed: true)).AbortedTransactions!);
    }

    [Fact]
    public async Task Records_need_a_transaction_that_has_their_partition()
    {
        var topic = await _cluster.CreateTopicAsync(2);
        var producer = await ProducerAsync();
        Assert.Equal(ErrorCode.InvalidTxnState, await producer.ProduceAsync(topic, "a"));
        Assert.Equal(ErrorCode.None, await producer.AddAsync(topic, 1));
        Assert.Equal(ErrorCode.InvalidTxnState, await producer.ProduceAsync(topic, "a"));
        Assert.Equal(ErrorCode.None, await producer.AddAsync(topic));
        Assert.Equal(ErrorCode.None, await producer.ProduceAsync(topic, "a"));
        Assert.Equal(ErrorCode.None, await producer.EndAsync(commit: true));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await producer.AddAsync($"t-{Guid.NewGuid():N}"));
    }

    [Fact]
    public async Task Ending_twice_alike_is_no_error_and_otherwise_is_one()
    {
        var topic = await _cluster.CreateTopicAsync();
        var producer = await ProducerAsync();
        Assert.Equal(ErrorCode.InvalidTxnState, await producer.EndAsync(commit: true));
        Assert.Equal(ErrorCode.None, await producer.AddAsync(topic));
        Assert.Equal(ErrorCode.None, await producer.EndAsync(commit: true));
        Assert.Equal(ErrorCode.None, await producer.EndAsync(commit: true));
        Assert.Equal(ErrorCode.InvalidTxnState, await producer.EndAsync(commit: false));
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, await new TransactionClient(_wire, $"never-{Guid.NewGuid():N}").EndAsync(commit: true));
    }

    [Fact]
    public async Task A_producer_goes_on_after_an_error_under_the_next_epoch()
    {
        var topic = await _cluster.CreateTopicAsync();
        var producer = await ProducerAsync();
        Assert.Equal(ErrorCode.None, await producer.AddAsync(topic));
        Assert.Equal(ErrorCode.None, await producer.ProduceAsync(topic, "a"));
        Assert.Equal(ErrorCode.None, await producer.EndAsync(commit: false));
        var before = producer.Epoch;

        Assert.Equal(ErrorCode.None, await producer.InitializeAsync(bump: true));

        Assert.Equal(before + 1, producer.Epoch);
        Assert.Equal(ErrorCode.None, await producer.AddAsync(topic));
        Assert.Equal(ErrorCode.None, await producer.ProduceAsync(topic, "b"));
        Assert.Equal(ErrorCode.None, await producer.EndAsync(commit: true));
    }

    [Theory]
    [InlineData(0, (int)ErrorCode.InvalidTransactionTimeout)]
    [InlineData(900_001, (int)ErrorCode.InvalidTransactionTimeout)]
    [InlineData(900_000, (int)ErrorCode.None)]
    public async Task A_timeout_has_bounds(int timeoutMs, int error) =>
        Assert.Equal((ErrorCode)error, await new TransactionClient(_wire, $"x-{Guid.NewGuid():N}").InitializeAsync(timeoutMs));

    [Fact]
    public async Task An_empty_transactional_id_is_refused() => Assert.Equal(ErrorCode.InvalidRequest, await new TransactionClient(_wire, "").InitializeAsync());

    [Fact]
    public async Task Offsets_count_when_the_transaction_commits_and_are_unstable_until_then()
    {
        var topic = await _cluster.CreateTopicAsync();
        var group = $"g-{Guid.NewGuid():N}";
        var producer = await ProducerAsync();
        Assert.Equal(ErrorCode.InvalidTxnState, await producer.CommitOffsetAsync(group, topic, 3));

        Assert.Equal(ErrorCode.None, await producer.AddGroupAsync(group));
        Assert.Equal(ErrorCode.None, await producer.CommitOffsetAsync(group, topic, 3));
        Assert.Equal((ErrorCode.UnstableOffsetCommit, -1L), await CommittedAsync(group, topic, stable: true));
        Assert.Equal((ErrorCode.None, -1L), await CommittedAsync(group, topic, stable: false));
        Assert.Equal(ErrorCode.None, await producer.EndAsync(commit: true));
        await Eventually.TrueAsync("the offset is there", async () => await CommittedAsync(group, topic, stable: true) == (ErrorCode.None, 3));

        Assert.Equal(ErrorCode.None, await producer.AddGroupAsync(group));
        Assert.Equal(ErrorCode.None, await producer.CommitOffsetAsync(group, topic, 9));
        Assert.Equal(ErrorCode.None, await producer.EndAsync(commit: false));
        await Eventually.TrueAsync("the offset is as before", async () => await CommittedAsync(group, topic, stable: true) == (ErrorCode.None, 3));

        Assert.Equal(ErrorCode.None, await producer.AddGroupAsync(group));
        Assert.Equal(ErrorCode.UnknownMemberId, await producer.CommitOffsetAsync(group, topic, 9, generation: 4, memberId: "m"));
    }

    [Fact]
    public async Task Transactions_and_producers_are_described()
    {
        var topic = await _cluster.CreateTopicAsync();
        var producer = await ProducerAsync();
        Assert.Equal(ErrorCode.None, await producer.AddAsync(topic));
        Assert.Equal(ErrorCode.None, await producer.ProduceAsync(topic, "a", "b"));

        var described = await _wire.SendAsync<DescribeTransactionsResponse>(
            KafkaApi.DescribeTransactions, 0, new DescribeTransactionsRequest { TransactionalIds = [producer.Id, "nobody"] });
        var mine = described.States.Single(state => state.TransactionalId == producer.Id);
        Assert.Equal(("Ongoing", 60_000, producer.ProducerId, producer.Epoch), (mine.Name, mine.TimeoutMs, mine.ProducerId, mine.ProducerEpoch));
        Assert.Equal(topic, mine.Topics.Single().Name);
        Assert.Equal([0], mine.Topics.Single().Partitions);
        Assert.Equal(ErrorCode.TransactionalIdNotFound, described.States.Single(state => state.TransactionalId == "nobody").Error);

        var listed = await _wire.SendAsync<ListTransactionsResponse>(
            KafkaApi.ListTransactions, 1, new ListTransactionsRequest { States = ["Ongoing", "Nonsense"], ProducerIds = [producer.ProducerId] });
        Assert.Equal(producer.Id, listed.States.Single().TransactionalId);
        Assert.Equal(["Nonsense"], listed.UnknownStates);

        var producers = await _wire.SendAsync<DescribeProducersResponse>(
            KafkaApi.DescribeProducers, 0, new DescribeProducersRequest { Topics = [new() { Name = topic, Partitions = [0, 1] }] });
        var known = producers.Topics[0].Partitions.Single(partition => partition.Index == 0).Producers.Single();
        Assert.Equal((producer.ProducerId, (int)producer.Epoch, 1, 0L), (known.ProducerId, known.ProducerEpoch, known.LastSequence, known.TransactionStartOffset));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, producers.Topics[0].Partitions.Single(partition => partition.Index == 1).Error);
        Assert.Equal(ErrorCode.None, await producer.EndAsync(commit: true));
    }

    private async Task<TransactionClient> ProducerAsync()
    {
        var producer = new TransactionClient(_wire, $"x-{Guid.NewGuid():N}");
        Assert.Equal(ErrorCode.None, await producer.InitializeAsync());
        return producer;
    }

    private async Task<FetchResponse.Partition> FetchAsync(string topic, bool committed, long offset = 0)
    {
        var response = await _wire.SendAsync<FetchResponse>(KafkaApi.Fetch, 12, new FetchRequest
        {
            IsolationLevel = committed ? (sbyte)1 : (sbyte)0,
            Topics = [new() { Name = topic, Partitions = [new() { FetchOffset = offset, MaxBytes = 1_000_000 }] }],
        });
        return response.Topics[0].Partitions[0];
    }

    private async Task<long> EndAsync(string topic, bool committed)
    {
        var response = await _wire.SendAsync<ListOffsetsResponse>(KafkaApi.ListOffsets, 7, new ListOffsetsRequest
        {
            IsolationLevel = committed ? (sbyte)1 : (sbyte)0,
            Topics = [new() { Name = topic, Partitions = [new() { Timestamp = -1 }] }],
        });
        return response.Topics[0].Partitions[0].Offset;
    }

    private async Task<(ErrorCode Error, long Offset)> CommittedAsync(string group, string topic, bool stable)
    {
        var response = await _wire.SendAsync<OffsetFetchResponse>(KafkaApi.OffsetFetch, 7, new OffsetFetchRequest
        {
            Groups = [new() { GroupId = group, Topics = [new() { Name = topic, Partitions = [0] }] }],
            RequireStable = stable,
        });
        var found = response.Groups[0].Topics[0].Partitions[0];
        return (found.Error, found.Offset);
    }

    private static List<BatchHeader> Headers(FetchResponse.Partition partition)
    {
        var bytes = partition.Records is { } records ? records.ToArray() : [];
        var headers = new List<BatchHeader>();
        for (var at = 0; at < bytes.Length; at += (int)headers[^1].Length)
        {
            headers.Add(BatchHeader.Read(bytes.AsSpan(at)));
        }

        return headers;
    }
}
