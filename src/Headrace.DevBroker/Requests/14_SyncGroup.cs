using Headrace.Broker.Groups;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// SyncGroup: v0-5, flexible from v4. Followers wait for the leader's.
//   1  throttle time in the response
//   3  static members (KIP-345)
//   5  protocol type and name on both sides (KIP-559); a request must have them

internal sealed class SyncGroupRequest : IWireMessage
{
    public string GroupId = string.Empty;
    public int Generation;
    public string MemberId = string.Empty;
    public string? GroupInstanceId;
    public string? ProtocolType;
    public string? ProtocolName;
    public List<MemberAssignment> Assignments = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.String(ref GroupId);
        wire.Int32(ref Generation);
        wire.String(ref MemberId);
        if (version >= 3)
        {
            wire.NullableString(ref GroupInstanceId);
        }

        if (version >= 5)
        {
            wire.NullableString(ref ProtocolType);
            wire.NullableString(ref ProtocolName);
        }

        wire.Array(ref Assignments, version);
        wire.Tags();
    }

    internal sealed class MemberAssignment : IWireMessage
    {
        public string MemberId = string.Empty;
        public byte[] Assignment = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref MemberId);
            wire.Bytes(ref Assignment);
            wire.Tags();
        }
    }
}

internal sealed class SyncGroupResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;
    public string? ProtocolType;
    public string? ProtocolName;
    public byte[] Assignment = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 1)
        {
            wire.Int32(ref ThrottleTimeMs);
        }

        wire.Error(ref Error);
        if (version >= 5)
        {
            wire.NullableString(ref ProtocolType);
            wire.NullableString(ref ProtocolName);
        }

        wire.Bytes(ref Assignment);
        wire.Tags();
    }
}

internal sealed class SyncGroupHandler()
    : RequestHandler<SyncGroupRequest, SyncGroupResponse>(KafkaApi.SyncGroup, minVersion: 0, maxVersion: 5, firstFlexible: 4)
{
    protected override async ValueTask<SyncGroupResponse?> HandleAsync(RequestContext context, SyncGroupRequest request)
    {
        if (context.Version >= 5 && (request.ProtocolType is null || request.ProtocolName is null))
        {
            return new SyncGroupResponse { Error = ErrorCode.InconsistentGroupProtocol };
        }

        var assignments = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var assigned in request.Assignments)
        {
            assignments[assigned.MemberId] = assigned.Assignment;
        }

        var answer = await context.Broker.Groups.SyncAsync(new SyncCall
        {
            Group = request.GroupId,
            Member = new MemberIdentity(request.MemberId, request.GroupInstanceId),
            Generation = request.Generation,
            ProtocolType = request.ProtocolType,
            Protocol = request.ProtocolName,
            Assignments = assignments,
        });
        return new SyncGroupResponse
        {
            Error = answer.Error,
            ProtocolType = answer.ProtocolType,
            ProtocolName = answer.Protocol,
            Assignment = answer.Assignment,
        };
    }
}
