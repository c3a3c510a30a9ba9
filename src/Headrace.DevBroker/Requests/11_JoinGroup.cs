using Headrace.Broker.Groups;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// JoinGroup: v0-9, flexible from v6. The answer may take as long as the round it opens or joins.
//   1  a rebalance timeout of its own; before, the session timeout was meant
//   2  throttle time in the response
//   4  a new dynamic member is first given its id, with error 79 (KIP-394)
//   5  static members (KIP-345)
//   7  protocol type in the response, and its protocol may be null
//   8  the client's reason (KIP-800)
//   9  a static leader that comes back is told to skip the assignment (KIP-814)

internal sealed class JoinGroupRequest : IWireMessage
{
    public string GroupId = string.Empty;
    public int SessionTimeoutMs;
    public int RebalanceTimeoutMs = -1;
    public string MemberId = string.Empty;
    public string? GroupInstanceId;
    public string ProtocolType = string.Empty;
    public List<Protocol> Protocols = [];
    public string? Reason;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.String(ref GroupId);
        wire.Int32(ref SessionTimeoutMs);
        if (version >= 1)
        {
            wire.Int32(ref RebalanceTimeoutMs);
        }

        wire.String(ref MemberId);
        if (version >= 5)
        {
            wire.NullableString(ref GroupInstanceId);
        }

        wire.String(ref ProtocolType);
        wire.Array(ref Protocols, version);
        if (version >= 8)
        {
            wire.NullableString(ref Reason);
        }

        wire.Tags();
    }

    internal sealed class Protocol : IWireMessage
    {
        public string Name = string.Empty;
        public byte[] Metadata = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Name);
            wire.Bytes(ref Metadata);
            wire.Tags();
        }
    }
}

internal sealed class JoinGroupResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;
    public int Generation = -1;
    public string? ProtocolType;
    public string? ProtocolName;
    public string Leader = string.Empty;
    public bool SkipAssignment;
    public string MemberId = string.Empty;
    public List<Member> Members = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 2)
        {
            wire.Int32(ref ThrottleTimeMs);
        }

        wire.Error(ref Error);
        wire.Int32(ref Generation);
        if (version >= 7)
        {
            wire.NullableString(ref ProtocolType);
            wire.NullableString(ref ProtocolName);
        }
        else
        {
            var protocol = ProtocolName ?? string.Empty;
            wire.String(ref protocol);
            ProtocolName = protocol;
        }

        wire.String(ref Leader);
        if (version >= 9)
        {
            wire.Bool(ref SkipAssignment);
        }

        wire.String(ref MemberId);
        wire.Array(ref Members, version);
        wire.Tags();
    }

    internal sealed class Member : IWireMessage
    {
        public string MemberId = string.Empty;
        public string? GroupInstanceId;
        public byte[] Metadata = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref MemberId);
            if (version >= 5)
            {
                wire.NullableString(ref GroupInstanceId);
            }

            wire.Bytes(ref Metadata);
            wire.Tags();
        }
    }
}

internal sealed class JoinGroupHandler()
    : RequestHandler<JoinGroupRequest, JoinGroupResponse>(KafkaApi.JoinGroup, minVersion: 0, maxVersion: 9, firstFlexible: 6)
{
    protected override async ValueTask<JoinGroupResponse?> HandleAsync(RequestContext context, JoinGroupRequest request)
    {
        var answer = await context.Broker.Groups.JoinAsync(CallOf(context, request));
        return new JoinGroupResponse
        {
            Error = answer.Error,
            Generation = answer.Generation,
            ProtocolType = answer.ProtocolType,
            ProtocolName = answer.Protocol,
            Leader = answer.Leader,
            SkipAssignment = answer.SkipAssignment,
            MemberId = answer.MemberId,
            Members =
            [
                .. answer.Members.Select(member => new JoinGroupResponse.Member
                {
                    MemberId = member.MemberId,
                    GroupInstanceId = member.InstanceId,
                    Metadata = member.Metadata,
                }),
            ],
        };
    }

    private static JoinCall CallOf(RequestContext context, JoinGroupRequest request) => new()
    {
        Group = request.GroupId,
        Member = new MemberIdentity(request.MemberId, request.GroupInstanceId),
        Client = new MemberClient(context.ClientId ?? string.Empty, context.Connection.Host, context.Connection.Id, context.Connection.Closed),
        ProtocolType = request.ProtocolType,
        Protocols = [.. request.Protocols.Select(protocol => new MemberProtocol(protocol.Name, protocol.Metadata))],
        SessionTimeout = TimeSpan.FromMilliseconds(request.SessionTimeoutMs),
        RebalanceTimeout = TimeSpan.FromMilliseconds(request.RebalanceTimeoutMs < 0 ? request.SessionTimeoutMs : request.RebalanceTimeoutMs),
        Reason = request.Reason,
        RequiresKnownId = context.Version >= 4,
        CanSkipAssignment = context.Version >= 9,
    };
}
