using Headrace.Broker.Log;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// DescribeProducers: v0, flexible. The producers that partitions remember, and where their open transactions begin.

internal sealed class DescribeProducersRequest : IWireMessage
{
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
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

internal sealed class DescribeProducersResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
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
        public string? ErrorMessage;
        public List<Producer> Producers = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Error(ref Error);
            wire.NullableString(ref ErrorMessage);
            wire.Array(ref Producers, version);
            wire.Tags();
        }
    }

    internal sealed class Producer : IWireMessage
    {
        public long ProducerId;
        public int ProducerEpoch;
        public int LastSequence = -1;
        public long LastTimestamp = -1;
        public int CoordinatorEpoch = -1;
        public long TransactionStartOffset = -1;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int64(ref ProducerId);
            wire.Int32(ref ProducerEpoch);
            wire.Int32(ref LastSequence);
            wire.Int64(ref LastTimestamp);
            wire.Int32(ref CoordinatorEpoch);
            wire.Int64(ref TransactionStartOffset);
            wire.Tags();
        }
    }
}

internal sealed class DescribeProducersHandler()
    : RequestHandler<DescribeProducersRequest, DescribeProducersResponse>(KafkaApi.DescribeProducers, minVersion: 0, maxVersion: 0, firstFlexible: 0)
{
    protected override ValueTask<DescribeProducersResponse?> HandleAsync(RequestContext context, DescribeProducersRequest request) => new(new DescribeProducersResponse
    {
        Topics = request.Topics.ConvertAll(topic => new DescribeProducersResponse.Topic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(index => Describe(context.Broker, topic.Name, index)),
        }),
    });

    private static DescribeProducersResponse.Partition Describe(BrokerState broker, string topicName, int index) =>
        broker.Topics.TryGet(topicName, out var topic) && topic.Partition(index) is { } log
            ? new DescribeProducersResponse.Partition { Index = index, Producers = [.. log.Producers().Select(Describe)] }
            : new DescribeProducersResponse.Partition { Index = index, Error = ErrorCode.UnknownTopicOrPartition, ErrorMessage = $"There is no {topicName}[{index}]." };

    private static DescribeProducersResponse.Producer Describe(ActiveProducer producer) => new()
    {
        ProducerId = producer.ProducerId,
        ProducerEpoch = producer.Epoch,
        LastSequence = producer.LastSequence,
        LastTimestamp = producer.LastTimestamp,
        CoordinatorEpoch = producer.HasMarker ? PartitionLog.CoordinatorEpoch : -1,
        TransactionStartOffset = producer.TransactionStart,
    };
}
