using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// DeleteGroups: v0-2, flexible from v2. Only empty groups can be deleted; their offsets go with them.

internal sealed class DeleteGroupsRequest : IWireMessage
{
    public List<string> Groups = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.StringArray(ref Groups);
        wire.Tags();
    }
}

internal sealed class DeleteGroupsResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public List<Result> Results = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Array(ref Results, version);
        wire.Tags();
    }

    internal sealed class Result : IWireMessage
    {
        public string GroupId = string.Empty;
        public ErrorCode Error;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref GroupId);
            wire.Error(ref Error);
            wire.Tags();
        }
    }
}

internal sealed class DeleteGroupsHandler()
    : RequestHandler<DeleteGroupsRequest, DeleteGroupsResponse>(KafkaApi.DeleteGroups, minVersion: 0, maxVersion: 2, firstFlexible: 2)
{
    protected override ValueTask<DeleteGroupsResponse?> HandleAsync(RequestContext context, DeleteGroupsRequest request) => new(new DeleteGroupsResponse
    {
        Results =
        [
            .. request.Groups.Distinct(StringComparer.Ordinal).Select(id => new DeleteGroupsResponse.Result
            {
                GroupId = id,
                Error = context.Broker.Groups.DeleteGroup(id),
            }),
        ],
    });
}
