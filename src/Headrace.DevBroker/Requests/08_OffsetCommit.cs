using Headrace.Broker.Groups;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// OffsetCommit: v2-9, flexible from v8.
//   2  retention time, up to v4; nobody keeps to it
//   3  throttle time in the response
//   6  leader epochs
//   7  static members (KIP-345)
//   9  error 69 where the group does not exist, which was 22 before; the generation may be a member epoch (KIP-848)

internal sealed class OffsetCommitRequest : IWireMessage
{
    public string GroupId = string.Empty;
    public int Generation = -1;
    public string MemberId = string.Empty;
    public string? GroupInstanceId;
    public long RetentionTimeMs = -1;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.String(ref GroupId);
        wire.Int32(ref Generation);
        wire.String(ref MemberId);
        if (version >= 7)
        {
            wire.NullableString(ref GroupInstanceId);
        }

        if (version <= 4)
        {
            wire.Int64(ref RetentionTimeMs);
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
        public long Offset;
        public int LeaderEpoch = -1;
        public string? Metadata = string.Empty;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Int64(ref Offset);
            if (version >= 6)
            {
                wire.Int32(ref LeaderEpoch);
            }

            wire.NullableString(ref Metadata);
            wire.Tags();
        }
    }
}

internal sealed class OffsetCommitResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 3)
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

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Error(ref Error);
            wire.Tags();
        }
    }
}

internal sealed class OffsetCommitHandler()
    : RequestHandler<OffsetCommitRequest, OffsetCommitResponse>(KafkaApi.OffsetCommit, minVersion: 2, maxVersion: 9, firstFlexible: 8)
{
    protected override ValueTask<OffsetCommitResponse?> HandleAsync(RequestContext context, OffsetCommitRequest request)
    {
        var errors = context.Broker.Groups.CommitOffsets(new OffsetCommit
        {
            Group = request.GroupId,
            Member = new MemberIdentity(request.MemberId, request.GroupInstanceId),
            Generation = request.Generation,
            KnowsGroupIdNotFound = context.Version >= 9,
            Offsets = [.. request.Topics.SelectMany(topic => topic.Partitions, Entry)],
        });

        using var error = errors.GetEnumerator();
        var response = new OffsetCommitResponse();
        foreach (var topic in request.Topics)
        {
            var answered = new OffsetCommitResponse.Topic { Name = topic.Name };
            foreach (var partition in topic.Partitions)
            {
                error.MoveNext();
                answered.Partitions.Add(new OffsetCommitResponse.Partition { Index = partition.Index, Error = error.Current });
            }

            response.Topics.Add(answered);
        }

        return new(response);
    }

    private static (OffsetKey Key, CommittedOffset Offset) Entry(OffsetCommitRequest.Topic topic, OffsetCommitRequest.Partition partition) =>
        (new OffsetKey(topic.Name, partition.Index), new CommittedOffset(partition.Offset, partition.LeaderEpoch, partition.Metadata ?? string.Empty));
}
