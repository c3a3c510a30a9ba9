using Headrace.Broker.Transactions;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// InitProducerId: v0-5, flexible from v2.
//   3  a transactional producer may name the id and epoch it wants to bump (KIP-360); without transactions they mean nothing
//   4  PRODUCER_FENCED
// Kafka answers CONCURRENT_TRANSACTIONS until an open transaction is aborted; here that is done before the answer.

internal sealed class InitProducerIdRequest : IWireMessage
{
    public string? TransactionalId;
    public int TransactionTimeoutMs;
    public long ProducerId = -1;
    public short ProducerEpoch = -1;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.NullableString(ref TransactionalId);
        wire.Int32(ref TransactionTimeoutMs);
        if (version >= 3)
        {
            wire.Int64(ref ProducerId);
            wire.Int16(ref ProducerEpoch);
        }

        wire.Tags();
    }
}

internal sealed class InitProducerIdResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;
    public long ProducerId = -1;
    public short ProducerEpoch = -1;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Error(ref Error);
        wire.Int64(ref ProducerId);
        wire.Int16(ref ProducerEpoch);
        wire.Tags();
    }
}

internal sealed class InitProducerIdHandler()
    : RequestHandler<InitProducerIdRequest, InitProducerIdResponse>(KafkaApi.InitProducerId, minVersion: 0, maxVersion: 5, firstFlexible: 2)
{
    private const int FirstWithFenced = 4;

    protected override ValueTask<InitProducerIdResponse?> HandleAsync(RequestContext context, InitProducerIdRequest request)
    {
        var transactions = context.Broker.Transactions;
        var (error, producer) = request.TransactionalId is { } id
            ? transactions.Initialize(id, TimeSpan.FromMilliseconds(request.TransactionTimeoutMs), new ProducerIdentity(request.ProducerId, request.ProducerEpoch))
            : (ErrorCode.None, transactions.NewProducer());
        return new(new InitProducerIdResponse
        {
            Error = TransactionError.For(context, error, FirstWithFenced),
            ProducerId = producer.Id,
            ProducerEpoch = producer.Epoch,
        });
    }
}
