using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// DescribeTransactions: v0, flexible. Groups that take part are not listed: in Kafka they show as partitions of __consumer_offsets, which does not exist here.

internal sealed class DescribeTransactionsRequest : IWireMessage
{
    public List<string> TransactionalIds = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.StringArray(ref TransactionalIds);
        wire.Tags();
    }
}

internal sealed class DescribeTransactionsResponse : IWireMessage
{
    public int ThrottleTimeMs;
    public List<State> States = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Int32(ref ThrottleTimeMs);
        wire.Array(ref States, version);
        wire.Tags();
    }

    internal sealed class State : IWireMessage
    {
        public ErrorCode Error;
        public string TransactionalId = string.Empty;
        public string Name = string.Empty;
        public int TimeoutMs;
        public long StartTimeMs = -1;
        public long ProducerId = -1;
        public short ProducerEpoch = -1;
        public List<Topic> Topics = [];

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Error(ref Error);
            wire.String(ref TransactionalId);
            wire.String(ref Name);
            wire.Int32(ref TimeoutMs);
            wire.Int64(ref StartTimeMs);
            wire.Int64(ref ProducerId);
            wire.Int16(ref ProducerEpoch);
            wire.Array(ref Topics, version);
            wire.Tags();
        }
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

internal sealed class DescribeTransactionsHandler()
    : RequestHandler<DescribeTransactionsRequest, DescribeTransactionsResponse>(KafkaApi.DescribeTransactions, minVersion: 0, maxVersion: 0, firstFlexible: 0)
{
    protected override ValueTask<DescribeTransactionsResponse?> HandleAsync(RequestContext context, DescribeTransactionsRequest request) =>
        new(new DescribeTransactionsResponse { States = request.TransactionalIds.ConvertAll(id => Describe(context.Broker, id)) });

    private static DescribeTransactionsResponse.State Describe(BrokerState broker, string id)
    {
        if (id.Length == 0 || broker.Transactions.Find(id) is not { } transaction)
        {
            return new DescribeTransactionsResponse.State
            {
                Error = id.Length == 0 ? ErrorCode.InvalidRequest : ErrorCode.TransactionalIdNotFound,
                TransactionalId = id,
            };
        }

        return new DescribeTransactionsResponse.State
        {
            TransactionalId = id,
            Name = transaction.State.ToString(),
            TimeoutMs = (int)transaction.Timeout.TotalMilliseconds,
            StartTimeMs = transaction.StartedAt?.ToUnixTimeMilliseconds() ?? -1,
            ProducerId = transaction.Producer.Id,
            ProducerEpoch = transaction.Producer.Epoch,
            Topics = [.. transaction.Partitions.GroupBy(partition => partition.TopicId).Select(topic => Describe(broker, topic)).OfType<DescribeTransactionsResponse.Topic>()],
        };
    }

    private static DescribeTransactionsResponse.Topic? Describe(BrokerState broker, IGrouping<Guid, PartitionId> partitions) =>
        broker.Topics.TryGet(partitions.Key, out var topic)
            ? new DescribeTransactionsResponse.Topic { Name = topic.Name, Partitions = [.. partitions.Select(partition => partition.Index).Order()] }
            : null;
}
