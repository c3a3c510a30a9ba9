using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

/// <summary>The coordinator's errors in the words of older clients, which know fencing as INVALID_PRODUCER_EPOCH only.</summary>
internal static class TransactionError
{
    public static ErrorCode For(RequestContext context, ErrorCode error, int firstWithFenced) =>
        error == ErrorCode.ProducerFenced && context.Version < firstWithFenced ? ErrorCode.InvalidProducerEpoch : error;
}
