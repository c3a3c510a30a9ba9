using System.Buffers;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Log;

/// <summary>What a read saw, taken at one moment: whole batches from the one that contains the offset on; null if there are none, or none that fit.</summary>
internal readonly record struct LogRead(ErrorCode Error, long StartOffset, long EndOffset, ReadOnlySequence<byte>? Records)
{
    public long Length => Records?.Length ?? 0;
}
