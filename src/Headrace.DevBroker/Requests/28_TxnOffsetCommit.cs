using Headrace.Broker.Groups;
using Headrace.Broker.Transactions;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// TxnOffsetCommit: v0-4, flexible from v3.
//   2  leader epochs
//   3  generation and member, by which a consumer that has lost its partitions is fenced (KIP-447)
//   4  TRANSACTION_ABORTABLE, which does not occur here
// Version 5 needs no AddOffsetsToTxn (KIP-890, part 2) and is not served.

internal sealed class TxnOffsetCommitRequest : IWireMessage
{
    public string TransactionalId = string.Empty;
    public string GroupId = string.Empty;
    public long ProducerId;
    public short ProducerEpoch;
    public int Generation = -1;
    public string MemberId = string.Empty;
    public string? GroupInstanceId;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.String(ref TransactionalId);
        wire.String(ref GroupId);
        wire.Int64(ref ProducerId);
        wire.Int16(ref ProducerEpoch);
        if (version >= 3)
        {
            wire.Int32(ref Generation);
            wire.String(ref MemberId);
            wire.NullableString(ref GroupInstanceId);
        }

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
        public long Offset;
        public int LeaderEpoch = -1;
        public string? Metadata;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Int64(ref Offset);
            if (version >= 2)
            {
                wire.Int32(ref LeaderEpoch);
            }

            wire.NullableString(ref Metadata);
            wire.Tags();
        }
    }
}

internal sealed class TxnOffsetCommitResponse : IWireMessage
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

internal sealed class TxnOffsetCommitHandler()
    : RequestHandler<TxnOffsetCommitRequest, TxnOffsetCommitResponse>(KafkaApi.TxnOffsetCommit, minVersion: 0, maxVersion: 4, firstFlexible: 3)
{
    protected override ValueTask<TxnOffsetCommitResponse?> HandleAsync(RequestContext context, TxnOffsetCommitRequest request)
    {
        var commit = new OffsetCommit
        {
            Group = request.GroupId,
            Member = new MemberIdentity(request.MemberId, request.GroupInstanceId),
            Generation = request.Generation,
            Offsets = [.. request.Topics.SelectMany(topic => topic.Partitions, Entry)],
        };
        var producer = new ProducerIdentity(request.ProducerId, request.ProducerEpoch);
        var results = commit.Offsets.Zip(context.Broker.Transactions.CommitOffsets(request.TransactionalId, producer, commit));
        return new(new TxnOffsetCommitResponse
        {
            Topics =
            [
                .. results.GroupBy(result => result.First.Key.Topic, Answer).Select(topic => new TxnOffsetCommitResponse.Topic { Name = topic.Key, Partitions = [.. topic] }),
            ],
        });
    }

    private static (OffsetKey Key, CommittedOffset Offset) Entry(TxnOffsetCommitRequest.Topic topic, TxnOffsetCommitRequest.Partition partition) =>
        (new OffsetKey(topic.Name, partition.Index), new CommittedOffset(partition.Offset, partition.LeaderEpoch, partition.Metadata ?? string.Empty));

    // There has never been another word for fencing here.
    private static TxnOffsetCommitResponse.Partition Answer(((OffsetKey Key, CommittedOffset Offset) Entry, ErrorCode Error) result) => new()
    {
        Index = result.Entry.Key.Partition,
        Error = result.Error == ErrorCode.ProducerFenced ? ErrorCode.InvalidProducerEpoch : result.Error,
    };
}
