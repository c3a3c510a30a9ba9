namespace Headrace.Broker.Transactions;

/// <summary>A producer's id, and how often it was started again under that id.</summary>
internal readonly record struct ProducerIdentity(long Id, short Epoch)
{
    public const short NoEpoch = -1;

    public static readonly ProducerIdentity None = new(-1, NoEpoch);

    // One is left for the coordinator, which fences by it.
    public bool IsExhausted => Epoch >= short.MaxValue - 1;
}
