namespace Headrace.Broker.Log;

/// <summary>A transaction that was aborted, in one partition: from its first record to the marker that ended it.</summary>
/// <param name="ProducerId">Whose it was.</param>
/// <param name="FirstOffset">Of its first record.</param>
/// <param name="LastOffset">Of the marker.</param>
/// <param name="StableBefore">The last stable offset once the marker was written: transactions that end later begin at or behind it.</param>
internal readonly record struct AbortedTransaction(long ProducerId, long FirstOffset, long LastOffset, long StableBefore);
