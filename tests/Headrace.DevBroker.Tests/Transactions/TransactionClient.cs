using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Transactions;

/// <summary>A transactional producer, request by request. Where Kafka is still busy with what came before, it asks again, as clients do.</summary>
internal sealed class TransactionClient(WireClient wire, string id)
{
    private int _nextSequence;

    public string Id => id;

    public long ProducerId { get; private set; } = -1;

    public short Epoch { get; private set; } = -1;

    public async Task<ErrorCode> InitializeAsync(int timeoutMs = 60_000, bool bump = false, int version = 4)
    {
        // Upon which a fresh Kafka makes the topic that holds transactions.
        await PatientlyAsync(
            () => wire.SendAsync<FindCoordinatorResponse>(KafkaApi.FindCoordinator, 4, new FindCoordinatorRequest { KeyType = 1, Keys = [id] }),
            answer => answer.Coordinators[0].Error);
        var response = await PatientlyAsync(
            () => wire.SendAsync<InitProducerIdResponse>(KafkaApi.InitProducerId, version, new InitProducerIdRequest
            {
                TransactionalId = id,
                TransactionTimeoutMs = timeoutMs,
                ProducerId = bump ? ProducerId : -1,
                ProducerEpoch = bump ? Epoch : (short)-1,
            }),
            answer => answer.Error);
        if (response.Error == ErrorCode.None)
        {
            (ProducerId, Epoch, _nextSequence) = (response.ProducerId, response.ProducerEpoch, 0);
        }

        return response.Error;
    }

    public async Task<ErrorCode> AddAsync(string topic, int partition = 0, int version = 3) => (await PatientlyAsync(
        () => wire.SendAsync<AddPartitionsToTxnResponse>(KafkaApi.AddPartitionsToTxn, version, new AddPartitionsToTxnRequest
        {
            TransactionalId = id,
            ProducerId = ProducerId,
            ProducerEpoch = Epoch,
            Topics = [new() { Name = topic, Partitions = [partition] }],
        }),
        answer => answer.Topics[0].Partitions[0].Error)).Topics[0].Partitions[0].Error;

    public async Task<ErrorCode> ProduceAsync(string topic, params string[] values)
    {
        var batch = TestBatch.Of(values) with { ProducerId = ProducerId, ProducerEpoch = Epoch, BaseSequence = _nextSequence, Attributes = 0x10 };
        var request = SampleRequest.Produce(topic, batch);
        request.TransactionalId = id;
        var error = (await wire.SendAsync<ProduceResponse>(KafkaApi.Produce, 10, request)).Topics[0].Partitions[0].Error;
        if (error == ErrorCode.None)
        {
            _nextSequence += values.Length;
        }

        return error;
    }

    public async Task<ErrorCode> EndAsync(bool commit, int version = 3) => (await PatientlyAsync(
        () => wire.SendAsync<EndTxnResponse>(KafkaApi.EndTxn, version, new EndTxnRequest
        {
            TransactionalId = id,
            ProducerId = ProducerId,
            ProducerEpoch = Epoch,
            Committed = commit,
        }),
        answer => answer.Error)).Error;

    public async Task<ErrorCode> AddGroupAsync(string group, int version = 3) => (await PatientlyAsync(
        () => wire.SendAsync<AddOffsetsToTxnResponse>(KafkaApi.AddOffsetsToTxn, version, new AddOffsetsToTxnRequest
        {
            TransactionalId = id,
            ProducerId = ProducerId,
            ProducerEpoch = Epoch,
            GroupId = group,
        }),
        answer => answer.Error)).Error;

    public async Task<ErrorCode> CommitOffsetAsync(string group, string topic, long offset, int generation = -1, string memberId = "") => (await PatientlyAsync(
        () => wire.SendAsync<TxnOffsetCommitResponse>(KafkaApi.TxnOffsetCommit, 3, new TxnOffsetCommitRequest
        {
            TransactionalId = id,
            GroupId = group,
            ProducerId = ProducerId,
            ProducerEpoch = Epoch,
            Generation = generation,
            MemberId = memberId,
            Topics = [new() { Name = topic, Partitions = [new() { Offset = offset, Metadata = "m" }] }],
        }),
        answer => answer.Topics[0].Partitions[0].Error)).Topics[0].Partitions[0].Error;

    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> ask, Func<T, ErrorCode> errorOf)
    {
        T? answer = default;
        await Eventually.TrueAsync("the transaction before is over", async () =>
        {
            answer = await ask();
            return errorOf(answer) is not (ErrorCode.ConcurrentTransactions or ErrorCode.CoordinatorNotAvailable or ErrorCode.NotCoordinator or ErrorCode.CoordinatorLoadInProgress);
        });
        return answer!;
    }
}
