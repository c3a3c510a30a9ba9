using Headrace.Broker.Groups;
using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// ConsumerGroupDescribe: v0-1, flexible. Groups of the consumer protocol; a classic one is not found here.
//   1  which protocol each member speaks: always the consumer protocol (1), since groups do not change it while they have members

internal sealed class ConsumerGroupDescribeRequest : IWireMessage
{
    public List<string> GroupIds = [];
    public bool IncludeAuthorizedOperations;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.StringArray(ref GroupIds);
        wire.Bool(ref IncludeAuthorizedOperations);
        wire.Tags();
    }
}

internal sealed class ConsumerGroupDescribeResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public List<Group> Groups = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Array(ref Groups, version);
        wire.Tags();
    }

    internal sealed class Group : IWireMessage
    {
        public ErrorCode Error;
        public string? ErrorMessage;
        public string GroupId = string.Empty;
        public string State = string.Empty;
        public int GroupEpoch;
        public int AssignmentEpoch;
        public string AssignorName = string.Empty;
        public List<Member> Members = [];
        public int AuthorizedOperations = Requests.AuthorizedOperations.NotAsked;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Error(ref Error);
            wire.NullableString(ref ErrorMessage);
            wire.String(ref GroupId);
            wire.String(ref State);
            wire.Int32(ref GroupEpoch);
            wire.Int32(ref AssignmentEpoch);
            wire.String(ref AssignorName);
            wire.Array(ref Members, version);
            wire.Int32(ref AuthorizedOperations);
            wire.Tags();
        }
    }

    internal sealed class Member : IWireMessage
    {
        public string MemberId = string.Empty;
        public string? InstanceId;
        public string? RackId;
        public int MemberEpoch;
        public string ClientId = string.Empty;
        public string ClientHost = string.Empty;
        public List<string> SubscribedTopicNames = [];
        public string? SubscribedTopicRegex;
        public Assignment Assigned = new();
        public Assignment Target = new();
        public sbyte MemberType = 1;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref MemberId);
            wire.NullableString(ref InstanceId);
            wire.NullableString(ref RackId);
            wire.Int32(ref MemberEpoch);
            wire.String(ref ClientId);
            wire.String(ref ClientHost);
            wire.StringArray(ref SubscribedTopicNames);
            wire.NullableString(ref SubscribedTopicRegex);
            Assigned.Walk(ref wire, version);
            Target.Walk(ref wire, version);
            if (version >= 1)
            {
                wire.Int8(ref MemberType);
            }

            wire.Tags();
        }
    }

    internal sealed class Assignment : IWireMessage
    {
        public List<TopicPartitions> Topics = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Array(ref Topics, version);
            wire.Tags();
        }
    }

    internal sealed class TopicPartitions : IWireMessage
    {
        public Guid TopicId;
        public string TopicName = string.Empty;
        public List<int> Partitions = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Uuid(ref TopicId);
            wire.String(ref TopicName);
            wire.Int32Array(ref Partitions);
            wire.Tags();
        }
    }
}

internal sealed class ConsumerGroupDescribeHandler()
    : RequestHandler<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(KafkaApi.ConsumerGroupDescribe, minVersion: 0, maxVersion: 1, firstFlexible: 0)
{
    protected override ValueTask<ConsumerGroupDescribeResponse?> HandleAsync(RequestContext context, ConsumerGroupDescribeRequest request)
    {
        var groups = request.GroupIds.ConvertAll(id => context.Broker.Groups.DescribeConsumerGroup(id) is { } found ? Known(context.Broker.Topics, found) : Unknown(id));
        if (request.IncludeAuthorizedOperations)
        {
            groups.ForEach(group => group.AuthorizedOperations = AuthorizedOperations.OnGroup);
        }

        return new(new ConsumerGroupDescribeResponse { Groups = groups });
    }

    private static ConsumerGroupDescribeResponse.Group Unknown(string id) => new()
    {
        GroupId = id,
        Error = ErrorCode.GroupIdNotFound,
        ErrorMessage = $"Group {id} not found.",
    };

    private static ConsumerGroupDescribeResponse.Group Known(TopicCatalogue topics, ConsumerGroupDescription group) => new()
    {
        GroupId = group.Id,
        State = group.State.ToString(),
        GroupEpoch = group.Epoch,
        AssignmentEpoch = group.TargetEpoch,
        AssignorName = group.Assignor,
        Members =
        [
            .. group.Members.Select(member => new ConsumerGroupDescribeResponse.Member
            {
                MemberId = member.Id,
                InstanceId = member.InstanceId,
                RackId = member.RackId,
                MemberEpoch = member.Epoch,
                ClientId = member.Client.ClientId,
                ClientHost = member.Client.Host,
                SubscribedTopicNames = [.. member.Topics],
                SubscribedTopicRegex = member.Pattern,
                Assigned = Assignment(topics, member.Assigned),
                Target = Assignment(topics, member.Target),
            }),
        ],
    };

    private static ConsumerGroupDescribeResponse.Assignment Assignment(TopicCatalogue topics, IEnumerable<PartitionId> partitions)
    {
        var assignment = new ConsumerGroupDescribeResponse.Assignment();
        foreach (var topic in partitions.GroupBy(partition => partition.TopicId, partition => partition.Index))
        {
            if (topics.TryGet(topic.Key, out var known))
            {
                assignment.Topics.Add(new ConsumerGroupDescribeResponse.TopicPartitions { TopicId = topic.Key, TopicName = known.Name, Partitions = [.. topic.Order()] });
            }
        }

        return assignment;
    }
}
