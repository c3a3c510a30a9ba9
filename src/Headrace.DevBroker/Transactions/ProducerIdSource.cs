using System.Security.Cryptography;

namespace Headrace.Broker.Transactions;

/// <summary>Gives every producer a number of its own.</summary>
/// <remarks>
/// A broker in memory that is started again must not hand out the id of a producer that still lives: its batches would be taken for repetitions. So it starts
/// anywhere.
/// </remarks>
internal sealed class ProducerIdSource
{
    private long _last = RandomNumberGenerator.GetInt32(int.MaxValue) * (1L << 31) + RandomNumberGenerator.GetInt32(int.MaxValue);

    public long Next() => Interlocked.Increment(ref _last);
}
