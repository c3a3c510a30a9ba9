using Headrace.Broker.Groups;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// ListGroups: v0-5, flexible from v3.
//   1  throttle time in the response
//   4  states, and a filter by them, without regard to case (KIP-518)
//   5  types, and a filter by them: "classic" only, so far (KIP-848)
// An empty filter lets everything through; one that names only what is not known, nothing.

internal sealed class ListGroupsRequest : IWireMessage
{
    public List<string> States = [];
    public List<string> Types = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 4)
        {
            wire.StringArray(ref States);
        }

        if (version >= 5)
        {
            wire.StringArray(ref Types);
        }

        wire.Tags();
    }
}

internal sealed class ListGroupsResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;
    public List<Group> Groups = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 1)
        {
            wire.Int32(ref ThrottleTimeMs);
        }

        wire.Error(ref Error);
        wire.Array(ref Groups, version);
        wire.Tags();
    }

    internal sealed class Group : IWireMessage
    {
        public string GroupId = string.Empty;
        public string ProtocolType = string.Empty;
        public string State = string.Empty;
        public string Type = ListGroupsHandler.ClassicType;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref GroupId);
            wire.String(ref ProtocolType);
            if (version >= 4)
            {
                wire.String(ref State);
            }

            if (version >= 5)
            {
                wire.String(ref Type);
            }

            wire.Tags();
        }
    }
}

internal sealed class ListGroupsHandler()
    : RequestHandler<ListGroupsRequest, ListGroupsResponse>(KafkaApi.ListGroups, minVersion: 0, maxVersion: 5, firstFlexible: 3)
{
    public const string ClassicType = "classic";

    protected override ValueTask<ListGroupsResponse?> HandleAsync(RequestContext context, ListGroupsRequest request) => new(new ListGroupsResponse
    {
        Groups =
        [
            .. context.Broker.Groups.List()
                .Where(group => Passes(request.States, group.State.ToString()) && Passes(request.Types, TypeOf(group)))
                .Select(group => new ListGroupsResponse.Group { GroupId = group.Id, ProtocolType = group.ProtocolType, State = group.State.ToString(), Type = TypeOf(group) }),
        ],
    });

    private static string TypeOf(GroupDescription group) => group.IsClassic ? ClassicType : "consumer";

    private static bool Passes(List<string> filter, string value) => filter.Count == 0 || filter.Contains(value, StringComparer.OrdinalIgnoreCase);
}
