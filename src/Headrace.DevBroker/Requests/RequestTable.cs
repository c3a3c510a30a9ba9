using Headrace.Broker.Wire;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Requests;

/// <summary>The API keys this broker serves. What is not listed here is not advertised.</summary>
internal sealed class RequestTable
{
    private readonly RequestHandler?[] _byKey;

    public RequestTable(ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("Headrace.Broker.Requests");

        // In the order of the keys. A client takes what is missing as "the broker cannot do that"; librdkafka aborts the process when ListGroups, DeleteGroups or
        // OffsetDelete are missing (librdkafka issue 3663), so those stay.
        All =
        [
            new ProduceHandler(),
            new FetchHandler(),
            new ListOffsetsHandler(),
            new MetadataHandler(),
            new OffsetCommitHandler(),
            new OffsetFetchHandler(),
            new FindCoordinatorHandler(),
            new JoinGroupHandler(),
            new HeartbeatHandler(),
            new LeaveGroupHandler(),
            new SyncGroupHandler(),
            new DescribeGroupsHandler(),
            new ListGroupsHandler(),
            new ApiVersionsHandler(this),
            new CreateTopicsHandler(),
            new DeleteTopicsHandler(),
            new DeleteRecordsHandler(),
            new InitProducerIdHandler(logger),
            new OffsetForLeaderEpochHandler(),
            new DescribeConfigsHandler(),
            new AlterConfigsHandler(),
            new CreatePartitionsHandler(),
            new DeleteGroupsHandler(),
            new IncrementalAlterConfigsHandler(),
            new OffsetDeleteHandler(),
            new DescribeClusterHandler(),
            new DescribeTopicPartitionsHandler(),
        ];
        _byKey = new RequestHandler?[(int)All.Max(handler => handler.Key) + 1];
        foreach (var handler in All)
        {
            _byKey[(int)handler.Key] = handler;
        }
    }

    public IReadOnlyList<RequestHandler> All { get; }

    public RequestHandler? Find(ApiKey key) => (uint)key < (uint)_byKey.Length ? _byKey[(int)key] : null;
}
