using Headrace.Clients.Native;

namespace Headrace.Producing;

/// <summary>Says what happened to a transaction, why, and what to do.</summary>
internal static class TransactionFaults
{
    private const int InvalidProducerEpoch = 47;
    private const int ProducerFenced = 90;

    public static bool IsFenced(in NativeError error) => error.Code == ErrorCode.Fenced || (int)error.Code is InvalidProducerEpoch or ProducerFenced;

    public static TransactionException Of(string id, string what, in NativeError error, Exception? inner = null)
    {
        if (IsFenced(error))
        {
            return new(
                $"The transactional producer '{id}' is fenced ({error}): another producer with the same transactional id has begun, or its transaction outlasted 'transaction.timeout.ms'. "
                + "Its open transaction is aborted. Give every producer that runs at once an id of its own, dispose this one and make it anew.",
                (int)error.Code,
                isFenced: true,
                isOutcomeUnknown: false,
                inner);
        }

        return new(
            $"The transaction of '{id}' could not be {what}: {error}. It is aborted, or will be: nobody who reads committed records sees it. Begin another.",
            (int)error.Code,
            isFenced: false,
            isOutcomeUnknown: false,
            inner);
    }

    public static TransactionException Unknown(string id, in NativeError error) => new(
        $"It is not known whether the transaction of '{id}' was committed: {error}. Look at what it should have written before you produce it again.",
        (int)error.Code,
        isFenced: IsFenced(error),
        isOutcomeUnknown: true);
}
