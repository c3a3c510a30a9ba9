using System.Buffers;
using Headrace.Broker.Requests;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Faults;

/// <summary>Answers a request with an error that the broker has not met. What only reads is handled first, so that the answer has its usual shape; nothing is changed.</summary>
internal static class Refusal
{
    public static async ValueTask<IWireMessage?> OfAsync(Fault fault, RequestHandler handler, RequestContext context, IWireMessage request)
    {
        var error = (ErrorCode)fault.Rule.Error;
        switch (request)
        {
            case ProduceRequest produce:
                return await OfProduceAsync(fault, error, handler, context, produce);
            case FetchRequest fetch:
                return await OfFetchAsync(fault, error, handler, context, fetch);
            case MetadataRequest metadata:
                metadata.AllowAutoTopicCreation = false;
                break;
        }

        var response = ShapeOf(request) ?? (OnlyReads(handler.Key) ? await handler.InvokeAsync(context, request) : handler.NewResponse());
        if (response is not null)
        {
            new ErrorFill(error).Fill(response, context.Version);
        }

        return response;
    }

    // The partitions that the rule does not mean are served.
    private static async ValueTask<IWireMessage?> OfProduceAsync(Fault fault, ErrorCode error, RequestHandler handler, RequestContext context, ProduceRequest request)
    {
        var refused = new List<ProduceResponse.Topic>();
        foreach (var topic in request.Topics)
        {
            var hit = topic.Partitions.FindAll(partition => fault.IsAbout(topic.Name, partition.Index));
            topic.Partitions.RemoveAll(hit.Contains);
            refused.Add(new() { Name = topic.Name, Partitions = hit.ConvertAll(partition => new ProduceResponse.Partition { Index = partition.Index, Error = error }) });
        }

        request.Topics.RemoveAll(topic => topic.Partitions.Count == 0);
        var response = request.Topics.Count == 0 ? new ProduceResponse() : await handler.InvokeAsync(context, request) as ProduceResponse;
        if (request.Acks == 0)
        {
            throw new WireException($"Fault {fault.Id} refuses a produce with acks=0, which only this can tell the client.");
        }

        response!.Topics.AddRange(refused.Where(topic => topic.Partitions.Count > 0));
        return response;
    }

    private static async ValueTask<IWireMessage?> OfFetchAsync(Fault fault, ErrorCode error, RequestHandler handler, RequestContext context, FetchRequest request)
    {
        // An error ends a long poll, so this one is not begun.
        request.MaxWaitMs = 0;
        var names = request.Topics.ToDictionary(topic => (topic.Name, topic.Id), topic => RequestSubject.NameOf(topic, context.Broker.Topics));
        var response = (FetchResponse)(await handler.InvokeAsync(context, request))!;
        foreach (var topic in response.Topics)
        {
            foreach (var partition in topic.Partitions.Where(partition => fault.IsAbout(names[(topic.Name, topic.Id)], partition.Index)))
            {
                partition.Error = error;
                partition.Records = ReadOnlySequence<byte>.Empty;
            }
        }

        return response;
    }

    // What would change something, and has its errors inside lists that only the request can fill.
    private static IWireMessage? ShapeOf(IWireMessage request) => request switch
    {
        OffsetCommitRequest commit => new OffsetCommitResponse
        {
            Topics = commit.Topics.ConvertAll(topic => new OffsetCommitResponse.Topic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(partition => new OffsetCommitResponse.Partition { Index = partition.Index }),
            }),
        },
        CreateTopicsRequest create => new CreateTopicsResponse { Topics = create.Topics.ConvertAll(topic => new CreateTopicsResponse.Topic { Name = topic.Name }) },
        DeleteTopicsRequest delete => new DeleteTopicsResponse
        {
            Results =
            [
                .. delete.TopicNames.Select(name => new DeleteTopicsResponse.Result { Name = name }),
                .. delete.Topics.Select(topic => new DeleteTopicsResponse.Result { Name = topic.Name, Id = topic.Id }),
            ],
        },
        CreatePartitionsRequest grow => new CreatePartitionsResponse { Results = grow.Topics.ConvertAll(topic => new CreatePartitionsResponse.Result { Name = topic.Name }) },
        DeleteRecordsRequest records => new DeleteRecordsResponse
        {
            Topics = records.Topics.ConvertAll(topic => new DeleteRecordsResponse.Topic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(partition => new DeleteRecordsResponse.Partition { Index = partition.Index }),
            }),
        },
        AlterConfigsRequest alter => new AlterConfigsResponse
        {
            Results = alter.Resources.ConvertAll(resource => new AlterConfigsResponse.Result { Type = resource.Type, Name = resource.Name }),
        },
        IncrementalAlterConfigsRequest alter => new AlterConfigsResponse
        {
            Results = alter.Resources.ConvertAll(resource => new AlterConfigsResponse.Result { Type = resource.Type, Name = resource.Name }),
        },
        DeleteGroupsRequest groups => new DeleteGroupsResponse { Results = groups.Groups.ConvertAll(id => new DeleteGroupsResponse.Result { GroupId = id }) },
        JoinGroupRequest join => new JoinGroupResponse { MemberId = join.MemberId },
        _ => ShapeOfTransactional(request),
    };

    private static IWireMessage? ShapeOfTransactional(IWireMessage request) => request switch
    {
        AddPartitionsToTxnRequest add => new AddPartitionsToTxnResponse
        {
            Topics = add.Topics.ConvertAll(topic => new AddPartitionsToTxnResponse.Topic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(index => new AddPartitionsToTxnResponse.Partition { Index = index }),
            }),
        },
        TxnOffsetCommitRequest commit => new TxnOffsetCommitResponse
        {
            Topics = commit.Topics.ConvertAll(topic => new TxnOffsetCommitResponse.Topic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(partition => new TxnOffsetCommitResponse.Partition { Index = partition.Index }),
            }),
        },
        _ => null,
    };

    private static bool OnlyReads(KafkaApi key) => key is KafkaApi.ListOffsets or KafkaApi.Metadata or KafkaApi.OffsetFetch or KafkaApi.FindCoordinator or KafkaApi.DescribeGroups or KafkaApi.ListGroups
        or KafkaApi.ApiVersions or KafkaApi.OffsetForLeaderEpoch or KafkaApi.DescribeConfigs or KafkaApi.DescribeCluster or KafkaApi.DescribeTopicPartitions
        or KafkaApi.ConsumerGroupDescribe or KafkaApi.DescribeProducers or KafkaApi.DescribeTransactions or KafkaApi.ListTransactions
        or KafkaApi.DescribeLogDirs or KafkaApi.ListPartitionReassignments or KafkaApi.ElectLeaders;
}
