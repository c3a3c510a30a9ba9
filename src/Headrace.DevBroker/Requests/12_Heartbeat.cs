using Headrace.Broker.Groups;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// Heartbeat: v0-4, flexible from v4.
//   1  throttle time in the response
//   3  static members (KIP-345)

internal sealed class HeartbeatRequest : IWireMessage
{
    public string GroupId = string.Empty;
    public int Generation;
    public string MemberId = string.Empty;
    public string? GroupInstanceId;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.String(ref GroupId);
        wire.Int32(ref Generation);
        wire.String(ref MemberId);
        if (version >= 3)
        {
            wire.NullableString(ref GroupInstanceId);
        }

        wire.Tags();
    }
}

internal sealed class HeartbeatResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 1)
        {
            wire.Int32(ref ThrottleTimeMs);
        }

        wire.Error(ref Error);
        wire.Tags();
    }
}

internal sealed class HeartbeatHandler()
    : RequestHandler<HeartbeatRequest, HeartbeatResponse>(KafkaApi.Heartbeat, minVersion: 0, maxVersion: 4, firstFlexible: 4)
{
    protected override ValueTask<HeartbeatResponse?> HandleAsync(RequestContext context, HeartbeatRequest request)
    {
        var member = new MemberIdentity(request.MemberId, request.GroupInstanceId);
        return new(new HeartbeatResponse { Error = context.Broker.Groups.Heartbeat(request.GroupId, member, request.Generation) });
    }
}
