using Headrace.Broker.Wire;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Requests;

// InitProducerId: v0-5, flexible from v2.
//   3  a transactional producer may name the id and epoch it wants to bump (KIP-360); without transactions they mean nothing
//   4  PRODUCER_FENCED
// Transactions are not served yet: a transactional id is refused.

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

internal sealed class InitProducerIdHandler(ILogger logger)
    : RequestHandler<InitProducerIdRequest, InitProducerIdResponse>(ApiKey.InitProducerId, minVersion: 0, maxVersion: 5, firstFlexible: 2)
{
    protected override ValueTask<InitProducerIdResponse?> HandleAsync(RequestContext context, InitProducerIdRequest request)
    {
        if (request.TransactionalId is { } transactionalId)
        {
            logger.LogWarning(
                "Client {ClientId} wants transactions (transactional.id '{TransactionalId}'). This development broker does not serve them yet; it is refused.",
                context.ClientId,
                transactionalId);
            return new(new InitProducerIdResponse { Error = transactionalId.Length == 0 ? ErrorCode.InvalidRequest : ErrorCode.UnsupportedVersion });
        }

        return new(new InitProducerIdResponse { ProducerId = context.Broker.NextProducerId(), ProducerEpoch = 0 });
    }
}
