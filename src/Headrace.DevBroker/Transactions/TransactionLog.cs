using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Transactions;

/// <summary>One line for each change of a transaction's state.</summary>
internal static partial class TransactionLog
{
    [LoggerMessage(1, LogLevel.Information, "Transactional id {Id}: {State}, producer {ProducerId} epoch {Epoch}, {Partitions} partitions, {Groups} groups")]
    public static partial void StateChanged(ILogger logger, string id, TransactionState state, long producerId, short epoch, int partitions, int groups);

    [LoggerMessage(2, LogLevel.Warning, "Transactional id {Id}: its transaction is aborted and producer {ProducerId} epoch {Epoch} fenced: {Reason}")]
    public static partial void Fenced(ILogger logger, string id, long producerId, short epoch, string reason);
}
