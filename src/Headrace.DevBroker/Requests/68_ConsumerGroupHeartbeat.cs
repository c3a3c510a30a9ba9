using Headrace.Broker.Groups;
using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// ConsumerGroupHeartbeat: v0-1, flexible. Join (epoch 0), stay, leave (-1), leave for a while (-2, static members): KIP-848.
//   1  the client makes its member id (KIP-1082); subscription by a regular expression that the broker resolves

internal sealed class ConsumerGroupHeartbeatRequest : IWireMessage
{
    public string GroupId = string.Empty;
    public string MemberId = string.Empty;
    public int MemberEpoch;
    public string? InstanceId;
    public string? RackId;
    public int RebalanceTimeoutMs = -1;
    public List<string>? SubscribedTopicNames;
    public string? SubscribedTopicRegex;
    public string? ServerAssignor;
    public List<TopicPartitions>? Owned;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.String(ref GroupId);
        wire.String(ref MemberId);
        wire.Int32(ref MemberEpoch);
        wire.NullableString(ref InstanceId);
        wire.NullableString(ref RackId);
        wire.Int32(ref RebalanceTimeoutMs);
        wire.NullableStringArray(ref SubscribedTopicNames);
        if (version >= 1)
        {
            wire.NullableString(ref SubscribedTopicRegex);
        }

        wire.NullableString(ref ServerAssignor);
        wire.NullableArray(ref Owned, version);
        wire.Tags();
    }

    internal sealed class TopicPartitions : IWireMessage
    {
        public Guid TopicId;
        public List<int> Partitions = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Uuid(ref TopicId);
            wire.Int32Array(ref Partitions);
            wire.Tags();
        }
    }
}

internal sealed class ConsumerGroupHeartbeatResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;
    public string? ErrorMessage;
    public string? MemberId;
    public int MemberEpoch;
    public int HeartbeatIntervalMs;
    public Assignment? Assigned;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Error(ref Error);
        wire.NullableString(ref ErrorMessage);
        wire.NullableString(ref MemberId);
        wire.Int32(ref MemberEpoch);
        wire.Int32(ref HeartbeatIntervalMs);
        wire.Nullable(ref Assigned, version);
        wire.Tags();
    }

    internal sealed class Assignment : IWireMessage
    {
        public List<ConsumerGroupHeartbeatRequest.TopicPartitions> Topics = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Array(ref Topics, version);
            wire.Tags();
        }
    }
}

internal sealed class ConsumerGroupHeartbeatHandler()
    : RequestHandler<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(KafkaApi.ConsumerGroupHeartbeat, minVersion: 0, maxVersion: 1, firstFlexible: 0)
{
    protected override ValueTask<ConsumerGroupHeartbeatResponse?> HandleAsync(RequestContext context, ConsumerGroupHeartbeatRequest request)
    {
        if (FaultOf(request, context.Version) is { } fault)
        {
            return new(new ConsumerGroupHeartbeatResponse { Error = fault.Error, ErrorMessage = fault.Message });
        }

        var answer = context.Broker.Groups.Heartbeat(new ConsumerHeartbeat
        {
            Group = request.GroupId,
            Member = new MemberIdentity(request.MemberId.Length == 0 ? Guid.NewGuid().ToString() : request.MemberId, request.InstanceId),
            Epoch = request.MemberEpoch,
            Client = new MemberClient(context.ClientId ?? string.Empty, context.Connection.Host, context.Connection.Id, context.Connection.Closed),
            RackId = request.RackId,
            RebalanceTimeout = request.RebalanceTimeoutMs < 0 ? null : TimeSpan.FromMilliseconds(request.RebalanceTimeoutMs),
            Topics = request.SubscribedTopicNames,
            Pattern = request.SubscribedTopicRegex,
            Assignor = request.ServerAssignor,
            Owned = request.Owned?.SelectMany(topic => topic.Partitions, (topic, index) => new PartitionId(topic.TopicId, index)).ToHashSet(),
        });
        return new(new ConsumerGroupHeartbeatResponse
        {
            Error = answer.Error,
            ErrorMessage = answer.Message,
            MemberId = answer.MemberId,
            MemberEpoch = answer.Epoch,
            HeartbeatIntervalMs = (int)answer.Interval.TotalMilliseconds,
            Assigned = answer.Assignment is { } assigned ? new ConsumerGroupHeartbeatResponse.Assignment { Topics = [.. ByTopic(assigned)] } : null,
        });
    }

    // What Kafka finds wrong with a request by itself.
    private static (ErrorCode Error, string Message)? FaultOf(ConsumerGroupHeartbeatRequest request, int version)
    {
        var joins = request.MemberEpoch == ConsumerHeartbeat.Joining;
        return request switch
        {
            { GroupId.Length: 0 } => (ErrorCode.InvalidRequest, "GroupId can't be empty."),
            { MemberId.Length: 0 } when version > 0 || !joins => (ErrorCode.InvalidRequest, "MemberId can't be empty."),
            { InstanceId.Length: 0 } => (ErrorCode.InvalidRequest, "InstanceId can't be empty."),
            { MemberEpoch: < ConsumerHeartbeat.LeavingForNow } => (ErrorCode.InvalidRequest, $"MemberEpoch is {request.MemberEpoch}."),
            { MemberEpoch: ConsumerHeartbeat.LeavingForNow, InstanceId: null } => (ErrorCode.InvalidRequest, "InstanceId can't be null."),
            { RebalanceTimeoutMs: < 0 } when joins => (ErrorCode.InvalidRequest, "RebalanceTimeoutMs must be provided in first request."),
            { Owned: not { Count: 0 } } when joins => (ErrorCode.InvalidRequest, "TopicPartitions must be empty when (re-)joining."),
            { SubscribedTopicNames: null, SubscribedTopicRegex: null } when joins =>
                (ErrorCode.InvalidRequest, "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining."),
            { ServerAssignor: { } assignor } when !TargetAssignor.Knows(assignor) =>
                (ErrorCode.UnsupportedAssignor, $"ServerAssignor {assignor} is not supported. Supported assignors: uniform, range."),
            _ => null,
        };
    }

    private static IEnumerable<ConsumerGroupHeartbeatRequest.TopicPartitions> ByTopic(IEnumerable<PartitionId> partitions) =>
        partitions.GroupBy(partition => partition.TopicId, partition => partition.Index).Select(topic => new ConsumerGroupHeartbeatRequest.TopicPartitions
        {
            TopicId = topic.Key,
            Partitions = [.. topic.Order()],
        });
}
