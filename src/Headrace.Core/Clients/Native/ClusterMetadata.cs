namespace Headrace.Clients.Native;

/// <summary>What a broker says the cluster holds.</summary>
/// <param name="Brokers">How many brokers are up.</param>
/// <param name="Topics">The topics by name, in no order.</param>
internal sealed record ClusterMetadata(int Brokers, IReadOnlyList<TopicMetadata> Topics)
{
    public static readonly ClusterMetadata Empty = new(0, []);

    internal static unsafe ClusterMetadata Read(RawMetadata* raw)
    {
        var topics = new TopicMetadata[raw->TopicCount];
        for (var i = 0; i < topics.Length; i++)
        {
            var topic = raw->Topics + i;
            topics[i] = new(NativeError.Text((nint)topic->Topic)!, topic->PartitionCount, (ErrorCode)topic->Error);
        }

        return new(raw->BrokerCount, topics);
    }
}

/// <summary>One topic of <see cref="ClusterMetadata"/>.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Partitions">How many partitions it has; 0 with an error.</param>
/// <param name="Error">For example that it does not exist.</param>
internal readonly record struct TopicMetadata(string Name, int Partitions, ErrorCode Error);
