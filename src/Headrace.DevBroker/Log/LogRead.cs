using System.Buffers;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Log;

/// <summary>
/// What a read saw, taken at one moment: whole batches from the one that contains the offset on; null if there are none, or none that fit. Aborted transactions
/// that reach into them are listed where committed records were asked for.
/// </summary>
internal readonly record struct LogRead(
    ErrorCode Error, long StartOffset, long StableOffset, long EndOffset, ReadOnlySequence<byte>? Records = null, IReadOnlyList<AbortedTransaction>? Aborted = null)
{
    public long Length => Records?.Length ?? 0;
}
