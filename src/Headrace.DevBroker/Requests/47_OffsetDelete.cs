using Headrace.Broker.Groups;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// OffsetDelete: v0, never flexible. Offsets of topics that members are subscribed to stay (error 86).

internal sealed class OffsetDeleteRequest : IWireMessage
{
    public string GroupId = string.Empty;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.String(ref GroupId);
        wire.Array(ref Topics, version);
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

internal sealed class OffsetDeleteResponse : IWireMessage
{
    public ErrorCode Error;
    public int ThrottleTimeMs;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Error(ref Error);
        wire.Int32(ref ThrottleTimeMs);
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
        public ErrorCode Error;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Error(ref Error);
            wire.Tags();
        }
    }
}

internal sealed class OffsetDeleteHandler()
    : RequestHandler<OffsetDeleteRequest, OffsetDeleteResponse>(KafkaApi.OffsetDelete, minVersion: 0, maxVersion: 0, firstFlexible: short.MaxValue)
{
    protected override ValueTask<OffsetDeleteResponse?> HandleAsync(RequestContext context, OffsetDeleteRequest request)
    {
        List<OffsetKey> keys = [.. request.Topics.SelectMany(topic => topic.Partitions, (topic, index) => new OffsetKey(topic.Name, index))];
        var (error, each) = context.Broker.Groups.DeleteOffsets(request.GroupId, keys);
        var topics = keys.Zip(each).GroupBy(
            result => result.First.Topic,
            result => new OffsetDeleteResponse.Partition { Index = result.First.Partition, Error = result.Second });
        return new(new OffsetDeleteResponse
        {
            Error = error,
            Topics = [.. topics.Select(topic => new OffsetDeleteResponse.Topic { Name = topic.Key, Partitions = [.. topic] })],
        });
    }
}
