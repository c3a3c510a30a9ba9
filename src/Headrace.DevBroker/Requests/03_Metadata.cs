using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// Metadata: v0-13, flexible from v9.
//   0  an empty list asks for all topics; from v1 null does, and an empty list asks for none
//   1  racks, controller, internal topics
//   2  cluster id
//   4  the client may forbid auto-creation
//   5  offline replicas
//   7  leader epochs
//   8  authorised operations; those of the cluster only up to v10 (KIP-700)
//  10  topic ids. They must not be zero, or librdkafka falls back to Fetch v12
//  12  asked for by topic id; the name in the response may be null
//  13  an error of the whole response

internal sealed class MetadataRequest : IWireMessage
{
    public List<Topic>? Topics = [];
    public bool AllowAutoTopicCreation = true;
    public bool IncludeClusterAuthorizedOperations;
    public bool IncludeTopicAuthorizedOperations;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.NullableArray(ref Topics, version);
        if (version >= 4)
        {
            wire.Bool(ref AllowAutoTopicCreation);
        }

        if (version is >= 8 and <= 10)
        {
            wire.Bool(ref IncludeClusterAuthorizedOperations);
        }

        if (version >= 8)
        {
            wire.Bool(ref IncludeTopicAuthorizedOperations);
        }

        wire.Tags();
    }

    internal sealed class Topic : IWireMessage
    {
        public Guid Id;
        public string? Name;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            if (version >= 10)
            {
                wire.Uuid(ref Id);
            }

            wire.NullableString(ref Name);
            wire.Tags();
        }
    }
}

internal sealed class MetadataResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public List<Node> Brokers = [];
    public string? ClusterId;
    public int ControllerId = -1;
    public List<Topic> Topics = [];
    public int ClusterAuthorizedOperations = AuthorizedOperations.NotAsked;
    public ErrorCode Error;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 3)
        {
            wire.Int32(ref ThrottleTimeMs);
        }

        wire.Array(ref Brokers, version);
        if (version >= 2)
        {
            wire.NullableString(ref ClusterId);
        }

        if (version >= 1)
        {
            wire.Int32(ref ControllerId);
        }

        wire.Array(ref Topics, version);
        if (version is >= 8 and <= 10)
        {
            wire.Int32(ref ClusterAuthorizedOperations);
        }

        if (version >= 13)
        {
            wire.Error(ref Error);
        }

        wire.Tags();
    }

    internal sealed class Node : IWireMessage
    {
        public int NodeId;
        public string Host = string.Empty;
        public int Port;
        public string? Rack;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref NodeId);
            wire.String(ref Host);
            wire.Int32(ref Port);
            if (version >= 1)
            {
                wire.NullableString(ref Rack);
            }

            wire.Tags();
        }
    }

    internal sealed class Topic : IWireMessage
    {
        public ErrorCode Error;
        public string? Name;
        public Guid Id;
        public bool IsInternal;
        public List<Partition> Partitions = [];
        public int TopicAuthorizedOperations = AuthorizedOperations.NotAsked;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Error(ref Error);
            wire.NullableString(ref Name);
            if (version >= 10)
            {
                wire.Uuid(ref Id);
            }

            if (version >= 1)
            {
                wire.Bool(ref IsInternal);
            }

            wire.Array(ref Partitions, version);
            if (version >= 8)
            {
                wire.Int32(ref TopicAuthorizedOperations);
            }

            wire.Tags();
        }
    }

    internal sealed class Partition : IWireMessage
    {
        public ErrorCode Error;
        public int Index;
        public int LeaderId = BrokerState.NodeId;
        public int LeaderEpoch;
        public List<int> Replicas = [BrokerState.NodeId];
        public List<int> InSyncReplicas = [BrokerState.NodeId];
        public List<int> OfflineReplicas = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Error(ref Error);
            wire.Int32(ref Index);
            wire.Int32(ref LeaderId);
            if (version >= 7)
            {
                wire.Int32(ref LeaderEpoch);
            }

            wire.Int32Array(ref Replicas);
            wire.Int32Array(ref InSyncReplicas);
            if (version >= 5)
            {
                wire.Int32Array(ref OfflineReplicas);
            }

            wire.Tags();
        }
    }
}

internal sealed class MetadataHandler() : RequestHandler<MetadataRequest, MetadataResponse>(KafkaApi.Metadata, minVersion: 0, maxVersion: 13, firstFlexible: 9)
{
    protected override ValueTask<MetadataResponse?> HandleAsync(RequestContext context, MetadataRequest request)
    {
        var broker = context.Broker;
        var all = request.Topics is null || (context.Version == 0 && request.Topics.Count == 0);
        List<MetadataResponse.Topic> topics = all
            ? [.. broker.Topics.All.Select(Describe)]
            : [.. request.Topics!.DistinctBy(topic => (topic.Name, topic.Id)).Select(topic => Find(broker.Topics, topic, request.AllowAutoTopicCreation))];
        if (request.IncludeTopicAuthorizedOperations)
        {
            topics.ForEach(topic => topic.TopicAuthorizedOperations = AuthorizedOperations.OnTopic);
        }

        return new(new MetadataResponse
        {
            Brokers = [new MetadataResponse.Node { NodeId = BrokerState.NodeId, Host = broker.AdvertisedHost, Port = broker.AdvertisedPort }],
            ClusterId = broker.ClusterId,
            ControllerId = BrokerState.NodeId,
            Topics = topics,
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations ? AuthorizedOperations.OnCluster : AuthorizedOperations.NotAsked,
        });
    }

    private static MetadataResponse.Topic Find(TopicCatalogue topics, MetadataRequest.Topic wanted, bool mayCreate)
    {
        if (wanted.Name is not { } name)
        {
            return topics.TryGet(wanted.Id, out var byId) ? Describe(byId) : new MetadataResponse.Topic { Error = ErrorCode.UnknownTopicId, Id = wanted.Id };
        }

        if (topics.TryGet(name, out var topic))
        {
            return Describe(topic);
        }

        if (TopicName.FaultOf(name) is not null || (mayCreate && topics.FindColliding(name) is not null))
        {
            return new MetadataResponse.Topic { Error = ErrorCode.InvalidTopic, Name = name };
        }

        return mayCreate && topics.GetOrAutoCreate(name) is { } created
            ? Describe(created)
            : new MetadataResponse.Topic { Error = ErrorCode.UnknownTopicOrPartition, Name = name };
    }

    private static MetadataResponse.Topic Describe(Topic topic) => new()
    {
        Name = topic.Name,
        Id = topic.Id,
        Partitions = [.. topic.Partitions.Select((log, index) => new MetadataResponse.Partition { Index = index, LeaderEpoch = log.LeaderEpoch })],
    };
}
