namespace Headrace.Broker.Log;

/// <summary>What opening a log's files found.</summary>
/// <param name="EndOffset">The offset behind the last sound batch.</param>
/// <param name="CutBytes">How much of the files was of no use: what a crash left of the last write, and everything behind it.</param>
internal readonly record struct LogRecovery(long EndOffset, long CutBytes);
