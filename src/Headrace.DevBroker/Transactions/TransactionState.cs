namespace Headrace.Broker.Transactions;

/// <summary>Where a transactional id stands. The names are what clients see.</summary>
internal enum TransactionState
{
    /// <summary>No transaction since the producer was initialized.</summary>
    Empty,

    /// <summary>Partitions or groups have been added.</summary>
    Ongoing,

    /// <summary>Decided: every partition and group gets the outcome, even if the broker ends meanwhile.</summary>
    PrepareCommit,

    /// <summary>As <see cref="PrepareCommit"/>.</summary>
    PrepareAbort,

    /// <summary>The last transaction was committed everywhere.</summary>
    CompleteCommit,

    /// <summary>The last transaction was aborted everywhere.</summary>
    CompleteAbort,
}
