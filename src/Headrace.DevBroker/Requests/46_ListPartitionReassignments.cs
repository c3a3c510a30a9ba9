using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// ListPartitionReassignments: v0, flexible. With one node no partition ever moves.

internal sealed class ListPartitionReassignmentsRequest : IWireMessage
{
    public int TimeoutMs;
    public List<Topic>? Topics;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref TimeoutMs);
        wire.NullableArray(ref Topics, version);
        wire.Tags();
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

internal sealed class ListPartitionReassignmentsResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;
    public string? ErrorMessage;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Error(ref Error);
        wire.NullableString(ref ErrorMessage);
        wire.Array(ref Topics, version);
        wire.Tags();
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
        public List<int> Replicas = [];
        public List<int> Adding = [];
        public List<int> Removing = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Int32Array(ref Replicas);
            wire.Int32Array(ref Adding);
            wire.Int32Array(ref Removing);
            wire.Tags();
        }
    }
}

internal sealed class ListPartitionReassignmentsHandler()
    : RequestHandler<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(KafkaApi.ListPartitionReassignments, minVersion: 0, maxVersion: 0, firstFlexible: 0)
{
    protected override ValueTask<ListPartitionReassignmentsResponse?> HandleAsync(RequestContext context, ListPartitionReassignmentsRequest request) => new(new ListPartitionReassignmentsResponse());
}
