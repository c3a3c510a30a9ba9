using Headrace.Broker.Topics;
using Headrace.Broker.Transactions;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// AddPartitionsToTxn: v0-3, flexible from v3.
//   2  PRODUCER_FENCED
// Versions 4 and 5 are for brokers among themselves. All partitions are added or none is.

internal sealed class AddPartitionsToTxnRequest : IWireMessage
{
    public string TransactionalId = string.Empty;
    public long ProducerId;
    public short ProducerEpoch;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.String(ref TransactionalId);
        wire.Int64(ref ProducerId);
        wire.Int16(ref ProducerEpoch);
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

internal sealed class AddPartitionsToTxnResponse : IWireMessage
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

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Error(ref Error);
            wire.Tags();
        }
    }
}

internal sealed class AddPartitionsToTxnHandler()
    : RequestHandler<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(KafkaApi.AddPartitionsToTxn, minVersion: 0, maxVersion: 3, firstFlexible: 3)
{
    private const int FirstWithFenced = 2;

    protected override ValueTask<AddPartitionsToTxnResponse?> HandleAsync(RequestContext context, AddPartitionsToTxnRequest request)
    {
        var topics = context.Broker.Topics;
        var partitions = request.Topics.SelectMany(topic => topic.Partitions, (topic, index) => (topic.Name, Index: index)).ToList();
        var isUnknown = partitions.Exists(partition => !topics.Contains(partition.Name, partition.Index));
        var error = isUnknown ? ErrorCode.OperationNotAttempted : TransactionError.For(context, Add(context.Broker, request, partitions), FirstWithFenced);
        return new(new AddPartitionsToTxnResponse
        {
            Topics = request.Topics.ConvertAll(topic => new AddPartitionsToTxnResponse.Topic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(index => new AddPartitionsToTxnResponse.Partition
                {
                    Index = index,
                    Error = topics.Contains(topic.Name, index) ? error : ErrorCode.UnknownTopicOrPartition,
                }),
            }),
        });
    }

    private static ErrorCode Add(BrokerState broker, AddPartitionsToTxnRequest request, List<(string Name, int Index)> partitions)
    {
        var added = new List<PartitionId>(partitions.Count);
        foreach (var (name, index) in partitions)
        {
            if (broker.Topics.TryGet(name, out var topic))
            {
                added.Add(new PartitionId(topic.Id, index));
            }
        }

        return broker.Transactions.AddPartitions(request.TransactionalId, new ProducerIdentity(request.ProducerId, request.ProducerEpoch), added);
    }
}
