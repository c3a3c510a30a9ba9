using Headrace.Broker.Log;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// ListOffsets: v1-10, flexible from v6.
//   2  isolation level: committed records end at the last stable offset
//   4  leader epochs (KIP-320)
//   7  timestamp -3: the record with the largest timestamp (KIP-734)
//   8  timestamp -4: the earliest offset that is stored locally; without tiers, the earliest
//   9  timestamp -5: the latest offset in another tier; there is none
//  10  time-out, for such tiers

internal sealed class ListOffsetsRequest : IWireMessage
{
    public int ReplicaId = -1;
    public sbyte IsolationLevel;
    public List<Topic> Topics = [];
    public int TimeoutMs;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ReplicaId);
        if (version >= 2)
        {
            wire.Int8(ref IsolationLevel);
        }

        wire.Array(ref Topics, version);
        if (version >= 10)
        {
            wire.Int32(ref TimeoutMs);
        }

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
        public long Timestamp;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            if (version >= 4)
            {
                wire.Int32(ref CurrentLeaderEpoch);
            }

            wire.Int64(ref Timestamp);
            wire.Tags();
        }
    }
}

internal sealed class ListOffsetsResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 2)
        {
            wire.Int32(ref ThrottleTimeMs);
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
        public ErrorCode Error;
        public long Timestamp = -1;
        public long Offset = -1;
        public int LeaderEpoch = -1;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Error(ref Error);
            wire.Int64(ref Timestamp);
            wire.Int64(ref Offset);
            if (version >= 4)
            {
                wire.Int32(ref LeaderEpoch);
            }

            wire.Tags();
        }
    }
}

internal sealed class ListOffsetsHandler()
    : RequestHandler<ListOffsetsRequest, ListOffsetsResponse>(KafkaApi.ListOffsets, minVersion: 1, maxVersion: 10, firstFlexible: 6)
{
    private const sbyte ReadCommitted = 1;
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long Newest = -3;
    private const long EarliestLocal = -4;

    protected override ValueTask<ListOffsetsResponse?> HandleAsync(RequestContext context, ListOffsetsRequest request) => new(new ListOffsetsResponse
    {
        Topics = request.Topics.ConvertAll(topic => new ListOffsetsResponse.Topic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition => Find(context, topic.Name, partition, request.IsolationLevel == ReadCommitted)),
        }),
    });

    private static ListOffsetsResponse.Partition Find(RequestContext context, string topicName, ListOffsetsRequest.Partition partition, bool committed)
    {
        var answer = new ListOffsetsResponse.Partition { Index = partition.Index };
        if (!context.Broker.Topics.TryGet(topicName, out var topic) || topic.Partition(partition.Index) is not { } log)
        {
            answer.Error = ErrorCode.UnknownTopicOrPartition;
            return answer;
        }

        answer.Error = Requests.LeaderEpoch.FaultOf(partition.CurrentLeaderEpoch, log);
        if (answer.Error != ErrorCode.None)
        {
            return answer;
        }

        var end = committed ? log.LastStableOffset : log.EndOffset;
        var found = partition.Timestamp switch
        {
            Latest => new OffsetAt(end, -1),
            Earliest or EarliestLocal => new OffsetAt(log.StartOffset, -1),
            Newest => log.FindNewest(),
            >= 0 => log.FindByTime(partition.Timestamp),
            _ => OffsetAt.None,
        };
        if (partition.Timestamp is Newest or >= 0 && found.Offset >= end)
        {
            found = OffsetAt.None;
        }

        answer.Offset = found.Offset;
        answer.Timestamp = found.Timestamp;
        answer.LeaderEpoch = found.Offset < 0 ? -1 : log.LeaderEpoch;
        return answer;
    }
}
