using Headrace.Broker.Transactions;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// EndTxn: v0-4, flexible from v3. Answered when the markers are written.
//   2  PRODUCER_FENCED
//   4  TRANSACTION_ABORTABLE, which does not occur here
// Version 5 bumps the producer's epoch (KIP-890, part 2) and is not served.

internal sealed class EndTxnRequest : IWireMessage
{
    public string TransactionalId = string.Empty;
    public long ProducerId;
    public short ProducerEpoch;
    public bool Committed;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.String(ref TransactionalId);
        wire.Int64(ref ProducerId);
        wire.Int16(ref ProducerEpoch);
        wire.Bool(ref Committed);
        wire.Tags();
    }
}

internal sealed class EndTxnResponse : IWireMessage
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

internal sealed class EndTxnHandler() : RequestHandler<EndTxnRequest, EndTxnResponse>(KafkaApi.EndTxn, minVersion: 0, maxVersion: 4, firstFlexible: 3)
{
    private const int FirstWithFenced = 2;

    protected override ValueTask<EndTxnResponse?> HandleAsync(RequestContext context, EndTxnRequest request)
    {
        var producer = new ProducerIdentity(request.ProducerId, request.ProducerEpoch);
        var error = context.Broker.Transactions.End(request.TransactionalId, producer, request.Committed);
        return new(new EndTxnResponse { Error = TransactionError.For(context, error, FirstWithFenced) });
    }
}
