using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// DescribeLogDirs: v1-4, flexible from v2.
//   3  an error for the whole response
//   4  size and free space of the volume (KIP-827)

internal sealed class DescribeLogDirsRequest : IWireMessage
{
    public List<Topic>? Topics;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
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

internal sealed class DescribeLogDirsResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public ErrorCode Error;
    public List<Result> Results = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        if (version >= 3)
        {
            wire.Error(ref Error);
        }

        wire.Array(ref Results, version);
        wire.Tags();
    }

    internal sealed class Result : IWireMessage
    {
        public ErrorCode Error;
        public string LogDir = string.Empty;
        public List<Topic> Topics = [];
        public long TotalBytes = -1;
        public long UsableBytes = -1;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Error(ref Error);
            wire.String(ref LogDir);
            wire.Array(ref Topics, version);
            if (version >= 4)
            {
                wire.Int64(ref TotalBytes);
                wire.Int64(ref UsableBytes);
            }

            wire.Tags();
        }
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
        public long Size;
        public long OffsetLag;
        public bool IsFuture;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Int64(ref Size);
            wire.Int64(ref OffsetLag);
            wire.Bool(ref IsFuture);
            wire.Tags();
        }
    }
}

internal sealed class DescribeLogDirsHandler()
    : RequestHandler<DescribeLogDirsRequest, DescribeLogDirsResponse>(KafkaApi.DescribeLogDirs, minVersion: 1, maxVersion: 4, firstFlexible: 2)
{
    // As in Kafka, what is not there is left out.
    protected override ValueTask<DescribeLogDirsResponse?> HandleAsync(RequestContext context, DescribeLogDirsRequest request)
    {
        var topics = request.Topics is { } named
            ? named.Select(topic => Describe(context.Broker.Topics, topic.Name, topic.Partitions.Contains))
            : context.Broker.Topics.All.Select(topic => Describe(context.Broker.Topics, topic.Name, static _ => true));
        return new(new DescribeLogDirsResponse
        {
            Results = [new() { LogDir = context.Broker.LogDir, Topics = [.. topics.Where(topic => topic.Partitions.Count > 0)] }],
        });
    }

    private static DescribeLogDirsResponse.Topic Describe(TopicCatalogue topics, string name, Func<int, bool> isWanted) => new()
    {
        Name = name,
        Partitions = topics.TryGet(name, out var topic)
            ? [.. topic.Partitions.Index().Where(one => isWanted(one.Index)).Select(one => new DescribeLogDirsResponse.Partition { Index = one.Index, Size = one.Item.Size })]
            : [],
    };
}
