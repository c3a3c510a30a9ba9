using Headrace.Broker.Groups;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// OffsetFetch: v1-9, flexible from v6.
//   2  no topics (null) asks for all; an error of the whole group
//   3  throttle time in the response
//   5  leader epochs
//   7  the client may ask to be refused offsets that an open transaction may change (88)
//   8  several groups at once, one before
//   9  member id and epoch of a consumer group's member (KIP-848), which is told when its epoch is over (113)
// A group that is not known has no offsets, which is no error.

internal sealed class OffsetFetchRequest : IWireMessage
{
    /// <summary>One up to v7.</summary>
    public List<Group> Groups = [];
    public bool RequireStable;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 8)
        {
            wire.Array(ref Groups, version);
        }
        else
        {
            var single = Groups.Count > 0 ? Groups[0] : new Group();
            single.WalkSingle(ref wire, version);
            Groups = [single];
        }

        if (version >= 7)
        {
            wire.Bool(ref RequireStable);
        }

        wire.Tags();
    }

    internal sealed class Group : IWireMessage
    {
        public string GroupId = string.Empty;
        public string? MemberId;
        public int MemberEpoch = -1;
        public List<Topic>? Topics = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref GroupId);
            if (version >= 9)
            {
                wire.NullableString(ref MemberId);
                wire.Int32(ref MemberEpoch);
            }

            wire.NullableArray(ref Topics, version);
            wire.Tags();
        }

        public void WalkSingle<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref GroupId);
            wire.NullableArray(ref Topics, version);
        }
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

internal sealed class OffsetFetchResponse : IWireMessage
{
    public int ThrottleTimeMs;

    /// <summary>One up to v7.</summary>
    public List<Group> Groups = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 3)
        {
            wire.Int32(ref ThrottleTimeMs);
        }

        if (version >= 8)
        {
            wire.Array(ref Groups, version);
        }
        else
        {
            var single = Groups.Count > 0 ? Groups[0] : new Group();
            single.WalkSingle(ref wire, version);
            Groups = [single];
        }

        wire.Tags();
    }

    internal sealed class Group : IWireMessage
    {
        public string GroupId = string.Empty;
        public List<Topic> Topics = [];
        public ErrorCode Error;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref GroupId);
            wire.Array(ref Topics, version);
            wire.Error(ref Error);
            wire.Tags();
        }

        public void WalkSingle<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Array(ref Topics, version);
            if (version >= 2)
            {
                wire.Error(ref Error);
            }
        }
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
        public long Offset = -1;
        public int LeaderEpoch = -1;
        public string? Metadata = string.Empty;
        public ErrorCode Error;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Int64(ref Offset);
            if (version >= 5)
            {
                wire.Int32(ref LeaderEpoch);
            }

            wire.NullableString(ref Metadata);
            wire.Error(ref Error);
            wire.Tags();
        }
    }
}

internal sealed class OffsetFetchHandler()
    : RequestHandler<OffsetFetchRequest, OffsetFetchResponse>(KafkaApi.OffsetFetch, minVersion: 1, maxVersion: 9, firstFlexible: 6)
{
    protected override ValueTask<OffsetFetchResponse?> HandleAsync(RequestContext context, OffsetFetchRequest request) =>
        new(new OffsetFetchResponse { Groups = [.. request.Groups.Select(group => Fetch(context.Broker.Groups, group, request.RequireStable))] });

    private static OffsetFetchResponse.Group Fetch(GroupCoordinator groups, OffsetFetchRequest.Group asked, bool mustBeStable)
    {
        var (error, found) = groups.FindOffsets(new OffsetQuery
        {
            Group = asked.GroupId,
            MemberId = asked.MemberId,
            MemberEpoch = asked.MemberEpoch,
            Keys = asked.Topics is null ? null : [.. asked.Topics.SelectMany(topic => topic.Partitions, (topic, index) => new OffsetKey(topic.Name, index))],
            MustBeStable = mustBeStable,
        });
        return new OffsetFetchResponse.Group
        {
            GroupId = asked.GroupId,
            Error = error,
            Topics =
            [
                .. found.GroupBy(entry => entry.Key.Topic, Answer).Select(topic => new OffsetFetchResponse.Topic { Name = topic.Key, Partitions = [.. topic] }),
            ],
        };
    }

    private static OffsetFetchResponse.Partition Answer(FoundOffset found) => found.Offset is { } offset
        ? new OffsetFetchResponse.Partition { Index = found.Key.Partition, Offset = offset.Offset, LeaderEpoch = offset.LeaderEpoch, Metadata = offset.Metadata }
        : new OffsetFetchResponse.Partition { Index = found.Key.Partition, Error = found.Error };
}
