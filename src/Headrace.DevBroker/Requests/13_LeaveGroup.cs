using Headrace.Broker.Groups;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// LeaveGroup: v0-5, flexible from v4.
//   1  throttle time in the response
//   3  several members at once, one before; a static member may be named by its instance id alone (KIP-345)
//   5  the client's reason (KIP-800)

internal sealed class LeaveGroupRequest : IWireMessage
{
    public string GroupId = string.Empty;

    /// <summary>One up to v2.</summary>
    public List<Member> Members = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.String(ref GroupId);
        if (version >= 3)
        {
            wire.Array(ref Members, version);
        }
        else
        {
            var single = Members.Count > 0 ? Members[0] : new Member();
            wire.String(ref single.MemberId);
            Members = [single];
        }

        wire.Tags();
    }

    internal sealed class Member : IWireMessage
    {
        public string MemberId = string.Empty;
        public string? GroupInstanceId;
        public string? Reason;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref MemberId);
            wire.NullableString(ref GroupInstanceId);
            if (version >= 5)
            {
                wire.NullableString(ref Reason);
            }

            wire.Tags();
        }
    }
}

internal sealed class LeaveGroupResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;
    public List<Member> Members = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 1)
        {
            wire.Int32(ref ThrottleTimeMs);
        }

        wire.Error(ref Error);
        if (version >= 3)
        {
            wire.Array(ref Members, version);
        }

        wire.Tags();
    }

    internal sealed class Member : IWireMessage
    {
        public string MemberId = string.Empty;
        public string? GroupInstanceId;
        public ErrorCode Error;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref MemberId);
            wire.NullableString(ref GroupInstanceId);
            wire.Error(ref Error);
            wire.Tags();
        }
    }
}

internal sealed class LeaveGroupHandler()
    : RequestHandler<LeaveGroupRequest, LeaveGroupResponse>(KafkaApi.LeaveGroup, minVersion: 0, maxVersion: 5, firstFlexible: 4)
{
    protected override ValueTask<LeaveGroupResponse?> HandleAsync(RequestContext context, LeaveGroupRequest request)
    {
        if (request.GroupId.Length == 0)
        {
            return new(new LeaveGroupResponse { Error = ErrorCode.InvalidGroupId });
        }

        var leaving = request.Members.Select(member => new MemberIdentity(member.MemberId, member.GroupInstanceId)).ToList();
        var errors = context.Broker.Groups.Leave(request.GroupId, leaving);
        var members = leaving.Zip(errors, (member, error) => new LeaveGroupResponse.Member
        {
            MemberId = member.MemberId,
            GroupInstanceId = member.InstanceId,
            Error = error,
        });
        return new(context.Version >= 3 ? new LeaveGroupResponse { Members = [.. members] } : new LeaveGroupResponse { Error = errors[0] });
    }
}
