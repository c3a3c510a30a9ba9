using Headrace.Broker.Transactions;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// AddOffsetsToTxn: v0-3, flexible from v3. Announces that offsets of a group will be part of the transaction.
//   2  PRODUCER_FENCED

internal sealed class AddOffsetsToTxnRequest : IWireMessage
{
    public string TransactionalId = string.Empty;
    public long ProducerId;
    public short ProducerEpoch;
    public string GroupId = string.Empty;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.String(ref TransactionalId);
        wire.Int64(ref ProducerId);
        wire.Int16(ref ProducerEpoch);
        wire.String(ref GroupId);
        wire.Tags();
    }
}

internal sealed class AddOffsetsToTxnResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Error(ref Error);
        wire.Tags();
    }
}

internal sealed class AddOffsetsToTxnHandler()
    : RequestHandler<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(KafkaApi.AddOffsetsToTxn, minVersion: 0, maxVersion: 3, firstFlexible: 3)
{
    private const int FirstWithFenced = 2;

    protected override ValueTask<AddOffsetsToTxnResponse?> HandleAsync(RequestContext context, AddOffsetsToTxnRequest request)
    {
        var producer = new ProducerIdentity(request.ProducerId, request.ProducerEpoch);
        var error = context.Broker.Transactions.AddGroup(request.TransactionalId, producer, request.GroupId);
        return new(new AddOffsetsToTxnResponse { Error = TransactionError.For(context, error, FirstWithFenced) });
    }
}
