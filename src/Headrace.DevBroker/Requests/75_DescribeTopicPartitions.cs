using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// DescribeTopicPartitions: v0, flexible. Pages through topics in order of their names (KIP-966).
// Java's tools iterate the lists of eligible leaders: they must be empty, not null.

internal sealed class DescribeTopicPartitionsRequest : IWireMessage
{
    public List<Topic> Topics = [];
    public int PartitionLimit = 2_000;
    public Place? Cursor;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Array(ref Topics, version);
        wire.Int32(ref PartitionLimit);
        wire.Nullable(ref Cursor, version);
        wire.Tags();
    }

    internal sealed class Topic : IWireMessage
    {
        public string Name = string.Empty;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.Tags();
        }
    }

    /// <summary>Where a page begins.</summary>
    internal sealed class Place : IWireMessage
    {
        public string Topic = string.Empty;
        public int Partition;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Topic);
            wire.Int32(ref Partition);
            wire.Tags();
        }
    }
}

internal sealed class DescribeTopicPartitionsResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public List<Topic> Topics = [];
    public DescribeTopicPartitionsRequest.Place? NextCursor;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Array(ref Topics, version);
        wire.Nullable(ref NextCursor, version);
        wire.Tags();
    }

    internal sealed class Topic : IWireMessage
    {
        public ErrorCode Error;
        public string? Name;
        public Guid Id;
        public bool IsInternal;
        public List<Partition> Partitions = [];
        public int TopicAuthorizedOperations = AuthorizedOperations.OnTopic;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Error(ref Error);
            wire.NullableString(ref Name);
            wire.Uuid(ref Id);
            wire.Bool(ref IsInternal);
            wire.Array(ref Partitions, version);
            wire.Int32(ref TopicAuthorizedOperations);
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
        public List<int>? EligibleLeaders = [];
        public List<int>? LastKnownEligibleLeaders = [];
        public List<int> OfflineReplicas = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Error(ref Error);
            wire.Int32(ref Index);
            wire.Int32(ref LeaderId);
            wire.Int32(ref LeaderEpoch);
            wire.Int32Array(ref Replicas);
            wire.Int32Array(ref InSyncReplicas);
            wire.NullableInt32Array(ref EligibleLeaders);
            wire.NullableInt32Array(ref LastKnownEligibleLeaders);
            wire.Int32Array(ref OfflineReplicas);
            wire.Tags();
        }
    }
}

internal sealed class DescribeTopicPartitionsHandler()
    : RequestHandler<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(
        KafkaApi.DescribeTopicPartitions, minVersion: 0, maxVersion: 0, firstFlexible: 0)
{
    private const int MaxLimit = 2_000;

    protected override ValueTask<DescribeTopicPartitionsResponse?> HandleAsync(RequestContext context, DescribeTopicPartitionsRequest request)
    {
        var topics = context.Broker.Topics;
        var names = request.Topics.Count == 0 ? topics.All.Select(topic => topic.Name) : request.Topics.Select(topic => topic.Name).Distinct();
        var left = Math.Clamp(request.PartitionLimit, 1, MaxLimit);
        var response = new DescribeTopicPartitionsResponse();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var toCursor = request.Cursor is { } cursor ? string.CompareOrdinal(name, cursor.Topic) : 1;
            if (toCursor < 0)
            {
                continue;
            }

            if (left == 0)
            {
                response.NextCursor = new DescribeTopicPartitionsRequest.Place { Topic = name };
                break;
            }

            var first = toCursor == 0 ? Math.Max(request.Cursor!.Partition, 0) : 0;
            var described = Describe(topics, name, first, left, out var partitions);
            response.Topics.Add(described);
            left -= described.Partitions.Count;
            if (first + described.Partitions.Count < partitions)
            {
                response.NextCursor = new DescribeTopicPartitionsRequest.Place { Topic = name, Partition = first + described.Partitions.Count };
                break;
            }
        }

        return new(response);
    }

    private static DescribeTopicPartitionsResponse.Topic Describe(TopicCatalogue topics, string name, int first, int limit, out int partitions)
    {
        partitions = 0;
        if (!topics.TryGet(name, out var topic))
        {
            return new() { Name = name, Error = TopicName.FaultOf(name) is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopic };
        }

        partitions = topic.Partitions.Count;
        return new()
        {
            Name = topic.Name,
            Id = topic.Id,
            Partitions = [
                .. topic.Partitions.Select((log, index) => new DescribeTopicPartitionsResponse.Partition { Index = index, LeaderEpoch = log.LeaderEpoch }).Skip(first).Take(limit),
            ],
        };
    }
}
