using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// DeleteRecords: v0-2, flexible from v2. Offset -1 deletes all that is there.

internal sealed class DeleteRecordsRequest : IWireMessage
{
    public List<Topic> Topics = [];
    public int TimeoutMs;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Array(ref Topics, version);
        wire.Int32(ref TimeoutMs);
        wire.Tags();
    }

    internal sealed class Topic : IWireMessage
    {
        public string Name = string.Empty;
        public List<Partition> Partitions = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.Array(ref Partitions, version);
            wire.Tags();
        }
    }

    internal sealed class Partition : IWireMessage
    {
        public int Index;
        public long Offset;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Int64(ref Offset);
            wire.Tags();
        }
    }
}

internal sealed class DeleteRecordsResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Array(ref Topics, version);
        wire.Tags();
    }

    internal sealed class Topic : IWireMessage
    {
        public string Name = string.Empty;
        public List<Partition> Partitions = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.Array(ref Partitions, version);
            wire.Tags();
        }
    }

    internal sealed class Partition : IWireMessage
    {
        public int Index;
        public long LowWatermark = -1;
        public ErrorCode Error;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Int64(ref LowWatermark);
            wire.Error(ref Error);
            wire.Tags();
        }
    }
}

internal sealed class DeleteRecordsHandler()
    : RequestHandler<DeleteRecordsRequest, DeleteRecordsResponse>(KafkaApi.DeleteRecords, minVersion: 0, maxVersion: 2, firstFlexible: 2)
{
    private const long EverythingThere = -1;

    protected override ValueTask<DeleteRecordsResponse?> HandleAsync(RequestContext context, DeleteRecordsRequest request) => new(new DeleteRecordsResponse
    {
        Topics = request.Topics.ConvertAll(topic => new DeleteRecordsResponse.Topic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition => Delete(context.Broker, topic.Name, partition)),
        }),
    });

    private static DeleteRecordsResponse.Partition Delete(BrokerState broker, string topicName, DeleteRecordsRequest.Partition partition)
    {
        if (!broker.Topics.TryGet(topicName, out var topic) || topic.Partition(partition.Index) is not { } log)
        {
            return new DeleteRecordsResponse.Partition { Index = partition.Index, Error = ErrorCode.UnknownTopicOrPartition };
        }

        // A topic that is only compacted keeps the newest record of each key, and nobody may delete that.
        if (!topic.Settings["cleanup.policy"].Contains("delete", StringComparison.Ordinal))
        {
            return new DeleteRecordsResponse.Partition { Index = partition.Index, Error = ErrorCode.PolicyViolation };
        }

        return log.DeleteBefore(partition.Offset == EverythingThere ? log.EndOffset : partition.Offset)
            ? new DeleteRecordsResponse.Partition { Index = partition.Index, LowWatermark = log.StartOffset }
            : new DeleteRecordsResponse.Partition { Index = partition.Index, Error = ErrorCode.OffsetOutOfRange };
    }
}
