using Headrace.Broker.Requests;
using Headrace.Broker.Topics;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Faults;

/// <summary>What a request is about, as far as faults are chosen by it. A partition of -1 is the whole topic.</summary>
internal sealed record RequestSubject
{
    public const int WholeTopic = -1;

    private static readonly RequestSubject Nothing = new();

    public IReadOnlyList<(string Topic, int Partition)> Partitions { get; private init; } = [];

    public IReadOnlyList<string> Groups { get; private init; } = [];

    /// <summary>The member the request comes from, where it names one.</summary>
    public string? MemberId { get; private init; }

    public string? TransactionalId { get; private init; }

    public static RequestSubject Of(IWireMessage request, TopicCatalogue topics) => request switch
    {
        ProduceRequest produce => new()
        {
            Partitions = [.. produce.Topics.SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, partition.Index)))],
            TransactionalId = produce.TransactionalId,
        },
        FetchRequest fetch => new()
        {
            Partitions = [.. fetch.Topics.SelectMany(topic => topic.Partitions.Select(partition => (NameOf(topic, topics), partition.Index)))],
        },
        ListOffsetsRequest list => new()
        {
            Partitions = [.. list.Topics.SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, partition.Index)))],
        },
        OffsetForLeaderEpochRequest epochs => new()
        {
            Partitions = [.. epochs.Topics.SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, partition.Index)))],
        },
        DeleteRecordsRequest records => new()
        {
            Partitions = [.. records.Topics.SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, partition.Index)))],
        },
        MetadataRequest metadata => OfTopics(metadata.Topics?.Select(topic => topic.Name ?? string.Empty) ?? []),
        CreateTopicsRequest create => OfTopics(create.Topics.Select(topic => topic.Name)),
        DeleteTopicsRequest delete => OfTopics(delete.TopicNames.Concat(delete.Topics.Select(topic => topic.Name ?? string.Empty))),
        CreatePartitionsRequest grow => OfTopics(grow.Topics.Select(topic => topic.Name)),
        InitProducerIdRequest init => new() { TransactionalId = init.TransactionalId },
        FindCoordinatorRequest find => find.KeyType == 0 ? new() { Groups = find.Keys } : new() { TransactionalId = find.Keys.FirstOrDefault() },
        AddPartitionsToTxnRequest add => new()
        {
            Partitions = [.. add.Topics.SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, partition)))],
            TransactionalId = add.TransactionalId,
        },
        AddOffsetsToTxnRequest add => new() { Groups = [add.GroupId], TransactionalId = add.TransactionalId },
        EndTxnRequest end => new() { TransactionalId = end.TransactionalId },
        TxnOffsetCommitRequest commit => OfGroup(commit.GroupId, commit.MemberId) with { TransactionalId = commit.TransactionalId },
        _ => OfGroupRequest(request),
    };

    private static RequestSubject OfGroupRequest(IWireMessage request) => request switch
    {
        JoinGroupRequest join => OfGroup(join.GroupId, join.MemberId),
        SyncGroupRequest sync => OfGroup(sync.GroupId, sync.MemberId),
        ConsumerGroupHeartbeatRequest heartbeat => OfGroup(heartbeat.GroupId, heartbeat.MemberId),
        HeartbeatRequest heartbeat => OfGroup(heartbeat.GroupId, heartbeat.MemberId),
        LeaveGroupRequest leave => OfGroup(leave.GroupId, leave.Members.Count == 1 ? leave.Members[0].MemberId : null),
        OffsetCommitRequest commit => OfGroup(commit.GroupId, commit.MemberId) with
        {
            Partitions = [.. commit.Topics.SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, partition.Index)))],
        },
        OffsetFetchRequest fetch => new() { Groups = fetch.Groups.ConvertAll(group => group.GroupId) },
        OffsetDeleteRequest delete => OfGroup(delete.GroupId, member: null),
        DescribeGroupsRequest describe => new() { Groups = describe.Groups },
        DeleteGroupsRequest delete => new() { Groups = delete.Groups },
        _ => Nothing,
    };

    private static RequestSubject OfTopics(IEnumerable<string> names) => new() { Partitions = [.. names.Select(name => (name, WholeTopic))] };

    private static RequestSubject OfGroup(string group, string? member) => new() { Groups = [group], MemberId = member };

    public static string NameOf(FetchRequest.Topic topic, TopicCatalogue topics) =>
        topic.Name.Length > 0 ? topic.Name : topics.TryGet(topic.Id, out var known) ? known.Name : string.Empty;
}
