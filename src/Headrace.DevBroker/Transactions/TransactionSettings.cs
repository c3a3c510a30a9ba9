namespace Headrace.Broker.Transactions;

/// <summary>What a coordinator of transactions may be told.</summary>
internal sealed class TransactionSettings
{
    /// <summary><c>transaction.max.timeout.ms</c>.</summary>
    public TimeSpan LongestTimeout { get; init; } = TimeSpan.FromMinutes(15);
}
