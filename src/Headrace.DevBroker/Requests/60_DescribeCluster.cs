using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// DescribeCluster: v0-1, flexible from v0.
//   1  whether brokers (1) or controllers (2) are asked for

internal sealed class DescribeClusterRequest : IWireMessage
{
    public bool IncludeClusterAuthorizedOperations;
    public sbyte EndpointType = DescribeClusterHandler.Brokers;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Bool(ref IncludeClusterAuthorizedOperations);
        if (version >= 1)
        {
            wire.Int8(ref EndpointType);
        }

        wire.Tags();
    }
}

internal sealed class DescribeClusterResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;
    public string? ErrorMessage;
    public sbyte EndpointType = DescribeClusterHandler.Brokers;
    public string ClusterId = string.Empty;
    public int ControllerId = -1;
    public List<Node> Nodes = [];
    public int ClusterAuthorizedOperations = AuthorizedOperations.NotAsked;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Error(ref Error);
        wire.NullableString(ref ErrorMessage);
        if (version >= 1)
        {
            wire.Int8(ref EndpointType);
        }

        wire.String(ref ClusterId);
        wire.Int32(ref ControllerId);
        wire.Array(ref Nodes, version);
        wire.Int32(ref ClusterAuthorizedOperations);
        wire.Tags();
    }

    internal sealed class Node : IWireMessage
    {
        public int Id;
        public string Host = string.Empty;
        public int Port;
        public string? Rack;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Id);
            wire.String(ref Host);
            wire.Int32(ref Port);
            wire.NullableString(ref Rack);
            wire.Tags();
        }
    }
}

internal sealed class DescribeClusterHandler()
    : RequestHandler<DescribeClusterRequest, DescribeClusterResponse>(KafkaApi.DescribeCluster, minVersion: 0, maxVersion: 1, firstFlexible: 0)
{
    public const sbyte Brokers = 1;

    protected override ValueTask<DescribeClusterResponse?> HandleAsync(RequestContext context, DescribeClusterRequest request)
    {
        var broker = context.Broker;
        if (request.EndpointType != Brokers)
        {
            return new(new DescribeClusterResponse
            {
                Error = ErrorCode.MismatchedEndpointType,
                ErrorMessage = "This is a broker's port; a development broker has none for controllers.",
                EndpointType = request.EndpointType,
            });
        }

        return new(new DescribeClusterResponse
        {
            ClusterId = broker.ClusterId,
            ControllerId = BrokerState.NodeId,
            Nodes = [new DescribeClusterResponse.Node { Id = BrokerState.NodeId, Host = broker.AdvertisedHost, Port = broker.AdvertisedPort }],
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations ? AuthorizedOperations.OnCluster : AuthorizedOperations.NotAsked,
        });
    }
}
