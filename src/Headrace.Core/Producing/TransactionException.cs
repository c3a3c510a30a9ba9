namespace Headrace;

/// <summary>A transaction could not be begun, committed or aborted.</summary>
public sealed class TransactionException : Exception
{
    /// <summary>A failure with the Kafka error it came from.</summary>
    public TransactionException(string message, int errorCode, bool isFenced, bool isOutcomeUnknown, Exception? inner = null)
        : base(message, inner) => (ErrorCode, IsFenced, IsOutcomeUnknown) = (errorCode, isFenced, isOutcomeUnknown);

    /// <summary>Kafka's error code; negative for an error of the client library, by its own numbering.</summary>
    public int ErrorCode { get; }

    /// <summary>Whether another producer with the same transactional id has taken over: this one can do nothing any more.</summary>
    public bool IsFenced { get; }

    /// <summary>Whether the transaction may be committed all the same. Otherwise it is aborted, or will be, and nobody who reads committed records sees it.</summary>
    public bool IsOutcomeUnknown { get; }
}
