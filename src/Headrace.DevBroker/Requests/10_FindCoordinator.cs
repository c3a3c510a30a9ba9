using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// FindCoordinator: v0-6, flexible from v3. The only node coordinates everything.
//   1  the type of the key: 0 a group, 1 a transactional id (2, share groups, is for brokers among themselves)
//   4  several keys at once, one before
// Versions 5 and 6 differ by errors that do not occur here.

internal sealed class FindCoordinatorRequest : IWireMessage
{
    /// <summary>One up to v3.</summary>
    public List<string> Keys = [];
    public sbyte KeyType;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version <= 3)
        {
            var single = Keys.Count > 0 ? Keys[0] : string.Empty;
            wire.String(ref single);
            Keys = [single];
        }

        if (version >= 1)
        {
            wire.Int8(ref KeyType);
        }

        if (version >= 4)
        {
            wire.StringArray(ref Keys);
        }

        wire.Tags();
    }
}

internal sealed class FindCoordinatorResponse : IWireMessage
{
    public int ThrottleTimeMs;

    /// <summary>One up to v3.</summary>
    public List<Coordinator> Coordinators = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 1)
        {
            wire.Int32(ref ThrottleTimeMs);
        }

        if (version >= 4)
        {
            wire.Array(ref Coordinators, version);
        }
        else
        {
            var single = Coordinators.Count > 0 ? Coordinators[0] : new Coordinator();
            single.WalkSingle(ref wire, version);
            Coordinators = [single];
        }

        wire.Tags();
    }

    internal sealed class Coordinator : IWireMessage
    {
        public string Key = string.Empty;
        public int NodeId = -1;
        public string Host = string.Empty;
        public int Port = -1;
        public ErrorCode Error;
        public string? ErrorMessage;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.String(ref Key);
            WalkNode(ref wire);
            wire.Error(ref Error);
            wire.NullableString(ref ErrorMessage);
            wire.Tags();
        }

        public void WalkSingle<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Error(ref Error);
            if (version >= 1)
            {
                wire.NullableString(ref ErrorMessage);
            }

            WalkNode(ref wire);
        }

        private void WalkNode<TWire>(ref TWire wire) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref NodeId);
            wire.String(ref Host);
            wire.Int32(ref Port);
        }
    }
}

internal sealed class FindCoordinatorHandler()
    : RequestHandler<FindCoordinatorRequest, FindCoordinatorResponse>(KafkaApi.FindCoordinator, minVersion: 0, maxVersion: 6, firstFlexible: 3)
{
    private const sbyte Group = 0;
    private const sbyte Transaction = 1;

    protected override ValueTask<FindCoordinatorResponse?> HandleAsync(RequestContext context, FindCoordinatorRequest request) =>
        new(new FindCoordinatorResponse { Coordinators = [.. request.Keys.Select(key => Find(context.Broker, request.KeyType, key))] });

    private static FindCoordinatorResponse.Coordinator Find(BrokerState broker, sbyte keyType, string key) => keyType is Group or Transaction
        ? new FindCoordinatorResponse.Coordinator { Key = key, NodeId = BrokerState.NodeId, Host = broker.AdvertisedHost, Port = broker.AdvertisedPort }
        : new FindCoordinatorResponse.Coordinator { Key = key, Error = ErrorCode.InvalidRequest };
}
