using Headrace.Broker.Groups;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// DescribeGroups: v0-6, flexible from v5.
//   1  throttle time in the response
//   3  authorised operations
//   4  static members (KIP-345)
//   6  a group that does not exist is error 69; before, it is in the state Dead without an error

internal sealed class DescribeGroupsRequest : IWireMessage
{
    public List<string> Groups = [];
    public bool IncludeAuthorizedOperations;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.StringArray(ref Groups);
        if (version >= 3)
        {
            wire.Bool(ref IncludeAuthorizedOperations);
        }

        wire.Tags();
    }
}

internal sealed class DescribeGroupsResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public List<Group> Groups = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 1)
        {
            wire.Int32(ref ThrottleTimeMs);
        }

        wire.Array(ref Groups, version);
        wire.Tags();
    }

    internal sealed class Group : IWireMessage
    {
        public ErrorCode Error;
        public string? ErrorMessage;
        public string GroupId = string.Empty;
        public string State = string.Empty;
        public string ProtocolType = string.Empty;
        public string Protocol = string.Empty;
        public List<Member> Members = [];
        public int AuthorizedOperations = Requests.AuthorizedOperations.NotAsked;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Error(ref Error);
            if (version >= 6)
            {
                wire.NullableString(ref ErrorMessage);
            }

            wire.String(ref GroupId);
            wire.String(ref State);
            wire.String(ref ProtocolType);
            wire.String(ref Protocol);
            wire.Array(ref Members, version);
            if (version >= 3)
            {
                wire.Int32(ref AuthorizedOperations);
            }

            wire.Tags();
        }
    }

    internal sealed class Member : IWireMessage
    {
        public string MemberId = string.Empty;
        public string? GroupInstanceId;
        public string ClientId = string.Empty;
        public string ClientHost = string.Empty;
        public byte[] Metadata = [];
        public byte[] Assignment = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref MemberId);
            if (version >= 4)
            {
                wire.NullableString(ref GroupInstanceId);
            }

            wire.String(ref ClientId);
            wire.String(ref ClientHost);
            wire.Bytes(ref Metadata);
            wire.Bytes(ref Assignment);
            wire.Tags();
        }
    }
}

internal sealed class DescribeGroupsHandler()
    : RequestHandler<DescribeGroupsRequest, DescribeGroupsResponse>(KafkaApi.DescribeGroups, minVersion: 0, maxVersion: 6, firstFlexible: 5)
{
    protected override ValueTask<DescribeGroupsResponse?> HandleAsync(RequestContext context, DescribeGroupsRequest request)
    {
        var groups = request.Groups.Select(id => context.Broker.Groups.Describe(id) is { IsClassic: true } found ? Known(found) : Unknown(id, context.Version)).ToList();
        if (request.IncludeAuthorizedOperations)
        {
            groups.ForEach(group => group.AuthorizedOperations = AuthorizedOperations.OnGroup);
        }

        return new(new DescribeGroupsResponse { Groups = groups });
    }

    private static DescribeGroupsResponse.Group Known(GroupDescription group) => new()
    {
        GroupId = group.Id,
        State = group.State.ToString(),
        ProtocolType = group.ProtocolType,
        Protocol = group.Protocol,
        Members =
        [
            .. group.Members.Select(member => new DescribeGroupsResponse.Member
            {
                MemberId = member.Id,
                GroupInstanceId = member.InstanceId,
                ClientId = member.Client.ClientId,
                ClientHost = member.Client.Host,
                Metadata = member.Metadata,
                Assignment = member.Assignment,
            }),
        ],
    };

    private static DescribeGroupsResponse.Group Unknown(string id, int version) => new()
    {
        GroupId = id,
        State = nameof(GroupState.Dead),
        Error = version >= 6 ? ErrorCode.GroupIdNotFound : ErrorCode.None,
        ErrorMessage = version >= 6 ? $"Group {id} not found." : null,
    };
}
