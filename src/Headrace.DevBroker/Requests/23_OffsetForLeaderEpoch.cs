using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// OffsetForLeaderEpoch: v2-4, flexible from v4. librdkafka asks in v2 exactly.
//   3  replica id

internal sealed class OffsetForLeaderEpochRequest : IWireMessage
{
    public int ReplicaId = -2;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 3)
        {
            wire.Int32(ref ReplicaId);
        }

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
        public int CurrentLeaderEpoch = -1;
        public int LeaderEpoch;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Int32(ref CurrentLeaderEpoch);
            wire.Int32(ref LeaderEpoch);
            wire.Tags();
        }
    }
}

internal sealed class OffsetForLeaderEpochResponse : IWireMessage
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
        public ErrorCode Error;
        public int Index;
        public int LeaderEpoch = -1;
        public long EndOffset = -1;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Error(ref Error);
            wire.Int32(ref Index);
            wire.Int32(ref LeaderEpoch);
            wire.Int64(ref EndOffset);
            wire.Tags();
        }
    }
}

internal sealed class OffsetForLeaderEpochHandler()
    : RequestHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(KafkaApi.OffsetForLeaderEpoch, minVersion: 2, maxVersion: 4, firstFlexible: 4)
{
    protected override ValueTask<OffsetForLeaderEpochResponse?> HandleAsync(RequestContext context, OffsetForLeaderEpochRequest request) =>
        new(new OffsetForLeaderEpochResponse
        {
            Topics = request.Topics.ConvertAll(topic => new OffsetForLeaderEpochResponse.Topic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(partition => Find(context, topic.Name, partition)),
            }),
        });

    private static OffsetForLeaderEpochResponse.Partition Find(RequestContext context, string topicName, OffsetForLeaderEpochRequest.Partition partition)
    {
        var answer = new OffsetForLeaderEpochResponse.Partition { Index = partition.Index };
        if (!context.Broker.Topics.TryGet(topicName, out var topic) || topic.Partition(partition.Index) is not { } log)
        {
            answer.Error = ErrorCode.UnknownTopicOrPartition;
            return answer;
        }

        answer.Error = Requests.LeaderEpoch.FaultOf(partition.CurrentLeaderEpoch, log);
        if (answer.Error == ErrorCode.None)
        {
            (answer.LeaderEpoch, answer.EndOffset) = log.EndOfEpoch(partition.LeaderEpoch);
        }

        return answer;
    }
}
