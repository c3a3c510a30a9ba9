using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// ElectLeaders: v0-2, flexible from v2. The only replica leads already, so there is never anything to elect.
//   1  unclean elections, and an error for the whole response (KIP-460)

internal sealed class ElectLeadersRequest : IWireMessage
{
    public sbyte ElectionType;
    public List<Topic>? Topics;
    public int TimeoutMs;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 1)
        {
            wire.Int8(ref ElectionType);
        }

        wire.NullableArray(ref Topics, version);
        wire.Int32(ref TimeoutMs);
        wire.Tags();
    }

    internal sealed class Topic : IWireMessage
    {
        public string Name = string.Empty;
        public List<int> Partitions = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.Int32Array(ref Partitions);
            wire.Tags();
        }
    }
}

internal sealed class ElectLeadersResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        if (version >= 1)
        {
            wire.Error(ref Error);
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
        public string? ErrorMessage;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Error(ref Error);
            wire.NullableString(ref ErrorMessage);
            wire.Tags();
        }
    }
}

internal sealed class ElectLeadersHandler()
    : RequestHandler<ElectLeadersRequest, ElectLeadersResponse>(KafkaApi.ElectLeaders, minVersion: 0, maxVersion: 2, firstFlexible: 2)
{
    // Asked for all partitions, Kafka names only those where there was something to elect.
    protected override ValueTask<ElectLeadersResponse?> HandleAsync(RequestContext context, ElectLeadersRequest request) => new(new ElectLeadersResponse
    {
        Topics = request.Topics?.ConvertAll(topic => new ElectLeadersResponse.Topic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(index => context.Broker.Topics.Contains(topic.Name, index)
                ? new ElectLeadersResponse.Partition { Index = index, Error = ErrorCode.ElectionNotNeeded, ErrorMessage = "Leader election not needed for topic partition." }
                : new ElectLeadersResponse.Partition { Index = index, Error = ErrorCode.UnknownTopicOrPartition, ErrorMessage = $"There is no {topic.Name}[{index}]." }),
        }) ?? [],
    });
}
