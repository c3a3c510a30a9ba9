using System.Buffers;
using Headrace.Broker.Log;
using Headrace.Broker.Records;
using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// Produce: v3-11, flexible from v9. v0-2 are declared and not served, as in Kafka: older librdkafka turns gzip, snappy and lz4 off unless v0 is declared (KAFKA-18659).
//   3  transactional id; record format 2
//   5  log start offset in the response
//   7  zstd
//   8  the records that caused a refusal, and a message, in the response (KIP-467)
//  10  current leader, tagged, for errors a single node never has (KIP-951)
// With acks=0 there is no response; what fails closes the connection.

internal sealed class ProduceRequest : IWireMessage
{
    public string? TransactionalId;
    public short Acks;
    public int TimeoutMs;
    public List<Topic> Topics = [];

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 3)
        {
            wire.NullableString(ref TransactionalId);
        }

        wire.Int16(ref Acks);
        wire.Int32(ref TimeoutMs);
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
        public ReadOnlySequence<byte>? Records;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Records(ref Records);
            wire.Tags();
        }
    }
}

internal sealed class ProduceResponse : IWireMessage
{
    public List<Topic> Topics = [];
    public int ThrottleTimeMs;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Array(ref Topics, version);
        wire.Int32(ref ThrottleTimeMs);
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
        public long BaseOffset = -1;
        public long LogAppendTimeMs = -1;
        public long LogStartOffset = -1;
        public List<RecordError> RecordErrors = [];
        public string? ErrorMessage;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref Index);
            wire.Error(ref Error);
            wire.Int64(ref BaseOffset);
            wire.Int64(ref LogAppendTimeMs);
            if (version >= 5)
            {
                wire.Int64(ref LogStartOffset);
            }

            if (version >= 8)
            {
                wire.Array(ref RecordErrors, version);
                wire.NullableString(ref ErrorMessage);
            }

            wire.Tags();
        }
    }

    internal sealed class RecordError : IWireMessage
    {
        public int BatchIndex;
        public string? Message;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int32(ref BatchIndex);
            wire.NullableString(ref Message);
            wire.Tags();
        }
    }
}

internal sealed class ProduceHandler()
    : RequestHandler<ProduceRequest, ProduceResponse>(KafkaApi.Produce, minVersion: 0, maxVersion: 11, firstFlexible: 9)
{
    private const int FirstWithZstd = 7;
    private const int AttributesAt = 21;

    public override short FirstServed => 3;

    protected override ValueTask<ProduceResponse?> HandleAsync(RequestContext context, ProduceRequest request)
    {
        var response = new ProduceResponse();
        foreach (var topic in request.Topics)
        {
            var answer = new ProduceResponse.Topic { Name = topic.Name };
            response.Topics.Add(answer);
            foreach (var partition in topic.Partitions)
            {
                answer.Partitions.Add(Append(context, request, topic.Name, partition));
            }
        }

        if (context.Broker.Topics.MustReachDisk)
        {
            return FlushAsync(context.Broker.Topics, request.Acks, response);
        }

        return new ValueTask<ProduceResponse?>(request.Acks == 0 ? NothingOrClose(response) : response);
    }

    private static async ValueTask<ProduceResponse?> FlushAsync(TopicCatalogue topics, short acks, ProduceResponse response)
    {
        foreach (var topic in response.Topics)
        {
            foreach (var partition in topic.Partitions.Where(partition => partition.Error == ErrorCode.None))
            {
                if (topics.TryGet(topic.Name, out var found) && found.Partition(partition.Index) is { } log)
                {
                    await log.FlushedAsync(partition.BaseOffset + 1);
                }
            }
        }

        return acks == 0 ? NothingOrClose(response) : response;
    }

    private static ProduceResponse.Partition Append(RequestContext context, ProduceRequest request, string topicName, ProduceRequest.Partition partition)
    {
        if (request.Acks is < -1 or > 1)
        {
            return Refusal(partition.Index, AppendResult.Refused(ErrorCode.InvalidRequiredAcks, $"acks is {request.Acks}; -1, 0 and 1 are allowed."));
        }

        if (!context.Broker.Topics.TryGet(topicName, out var topic) || topic.Partition(partition.Index) is not { } log)
        {
            return Refusal(partition.Index, AppendResult.Refused(ErrorCode.UnknownTopicOrPartition, $"There is no {topicName}[{partition.Index}]."));
        }

        if (partition.Records is not { } records)
        {
            return Refusal(partition.Index, AppendResult.Refused(ErrorCode.InvalidRecord, "There are no records."));
        }

        if (context.Version < FirstWithZstd && IsZstd(records))
        {
            return Refusal(
                partition.Index, AppendResult.Refused(ErrorCode.UnsupportedCompressionType, $"zstd needs Produce v{FirstWithZstd}; this is v{context.Version}."));
        }

        var result = log.Append(records, topic.Settings.AppendRules);
        if (result.Error == ErrorCode.None)
        {
            context.Broker.Metrics.Stored(CountOf(records));
        }

        return result.Error != ErrorCode.None ? Refusal(partition.Index, result) : new ProduceResponse.Partition
        {
            Index = partition.Index,
            BaseOffset = result.BaseOffset,
            LogAppendTimeMs = result.AppendTime,
            LogStartOffset = log.StartOffset,
        };
    }

    private static ProduceResponse.Partition Refusal(int index, in AppendResult result) => new()
    {
        Index = index,
        Error = result.Error,
        ErrorMessage = result.Message,
        RecordErrors = result.InvalidRecord is { } record ? [new ProduceResponse.RecordError { BatchIndex = record, Message = result.Message }] : [],
    };

    private static int CountOf(in ReadOnlySequence<byte> records)
    {
        Span<byte> header = stackalloc byte[BatchHeader.Size];
        records.Slice(0, BatchHeader.Size).CopyTo(header);
        return BatchHeader.Read(header).RecordCount;
    }

    private static bool IsZstd(in ReadOnlySequence<byte> records)
    {
        if (records.Length < BatchHeader.Size)
        {
            return false;
        }

        var lowAttributes = records.Slice(AttributesAt + 1, 1).FirstSpan[0];
        return (lowAttributes & 0x07) == (int)Compression.Zstd;
    }

    private static ProduceResponse? NothingOrClose(ProduceResponse response)
    {
        var failed = response.Topics.SelectMany(topic => topic.Partitions).FirstOrDefault(partition => partition.Error != ErrorCode.None);
        return failed is null ? null : throw new WireException($"A produce with acks=0 failed, which only this can tell the client: {failed.ErrorMessage}");
    }
}
