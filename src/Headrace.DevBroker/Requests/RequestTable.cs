namespace Headrace.Broker.Requests;

/// <summary>The API keys this broker serves. What is not listed here is not advertised.</summary>
internal sealed class RequestTable
{
    private readonly RequestHandler?[] _byKey;

    public RequestTable()
    {
        RequestHandler[] all = [new ApiVersionsHandler(this), .. Records(), .. Groups(), .. Transactions(), .. Topics()];
        All = [.. all.OrderBy(handler => handler.Key)];
        _byKey = new RequestHandler?[(int)All[^1].Key + 1];
        foreach (var handler in All)
        {
            _byKey[(int)handler.Key] = handler;
        }
    }

    /// <summary>In the order of their keys.</summary>
    public IReadOnlyList<RequestHandler> All { get; }

    public RequestHandler? Find(KafkaApi key) => (uint)key < (uint)_byKey.Length ? _byKey[(int)key] : null;

    private static RequestHandler[] Records() =>
    [
        new ProduceHandler(),
        new FetchHandler(),
        new ListOffsetsHandler(),
        new DeleteRecordsHandler(),
        new OffsetForLeaderEpochHandler(),
    ];

    // A client takes what is missing as "the broker cannot do that"; librdkafka aborts the process when ListGroups, DeleteGroups or OffsetDelete are missing
    // (librdkafka issue 3663), so those stay.
    private static RequestHandler[] Groups() =>
    [
        new FindCoordinatorHandler(),
        new JoinGroupHandler(),
        new SyncGroupHandler(),
        new HeartbeatHandler(),
        new LeaveGroupHandler(),
        new OffsetCommitHandler(),
        new OffsetFetchHandler(),
        new OffsetDeleteHandler(),
        new ListGroupsHandler(),
        new DescribeGroupsHandler(),
        new ConsumerGroupHeartbeatHandler(),
        new ConsumerGroupDescribeHandler(),
        new DeleteGroupsHandler(),
    ];

    private static RequestHandler[] Transactions() =>
    [
        new InitProducerIdHandler(),
        new AddPartitionsToTxnHandler(),
        new AddOffsetsToTxnHandler(),
        new TxnOffsetCommitHandler(),
        new EndTxnHandler(),
        new DescribeProducersHandler(),
        new DescribeTransactionsHandler(),
        new ListTransactionsHandler(),
    ];

    private static RequestHandler[] Topics() =>
    [
        new MetadataHandler(),
        new DescribeTopicPartitionsHandler(),
        new DescribeClusterHandler(),
        new CreateTopicsHandler(),
        new CreatePartitionsHandler(),
        new DeleteTopicsHandler(),
        new DescribeConfigsHandler(),
        new AlterConfigsHandler(),
        new IncrementalAlterConfigsHandler(),
        new DescribeLogDirsHandler(),
        new ElectLeadersHandler(),
        new ListPartitionReassignmentsHandler(),
    ];
}
