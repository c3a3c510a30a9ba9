using System.Text;
using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Groups;

/// <summary>A member of a group as the wire sees it, on a connection of its own. Does nothing by itself.</summary>
internal sealed class WireMember(BrokerUnderTest broker, string group, string? instance = null) : IAsyncDisposable
{
    private WireClient? _client;

    public string MemberId { get; set; } = "";

    public int Generation { get; set; } = -1;

    public string Leader { get; private set; } = "";

    /// <summary>Names the topic of the tests, so that the broker can read it.</summary>
    public byte[] Metadata { get; } = [0, 1, 0, 0, 0, 1, 0, (byte)broker.Topic.Length, .. Encoding.UTF8.GetBytes(broker.Topic), 0, 0, 0, 0, 0, 0, 0, 0];

    public string Protocol { get; init; } = "range";

    public int SessionTimeoutMs { get; init; } = 10_000;

    public int RebalanceTimeoutMs { get; init; } = 10_000;

    /// <summary>Joins; with the id it is given first, if that is asked for. Afterwards knows its generation.</summary>
    public async Task<JoinGroupResponse> JoinAsync(int version = 9)
    {
        var answer = await JoinOnceAsync(version);
        if (answer.Error == ErrorCode.MemberIdRequired)
        {
            MemberId = answer.MemberId;
            answer = await JoinOnceAsync(version);
        }

        if (answer.Error == ErrorCode.None)
        {
            (MemberId, Generation, Leader) = (answer.MemberId, answer.Generation, answer.Leader);
        }

        return answer;
    }

    public Task<JoinGroupResponse> JoinOnceAsync(int version = 9) =>
        SendAsync<JoinGroupResponse>(KafkaApi.JoinGroup, version, new JoinGroupRequest
        {
            GroupId = group,
            MemberId = MemberId,
            GroupInstanceId = version >= 5 ? instance : null,
            ProtocolType = "consumer",
            Protocols = [new JoinGroupRequest.Protocol { Name = Protocol, Metadata = Metadata }],
            SessionTimeoutMs = SessionTimeoutMs,
            RebalanceTimeoutMs = RebalanceTimeoutMs,
            Reason = "a test",
        });

    public Task<SyncGroupResponse> SyncAsync(int version = 5, params (WireMember Member, byte Share)[] shares) =>
        SendAsync<SyncGroupResponse>(KafkaApi.SyncGroup, version, new SyncGroupRequest
        {
            GroupId = group,
            MemberId = MemberId,
            GroupInstanceId = instance,
            Generation = Generation,
            ProtocolType = "consumer",
            ProtocolName = Protocol,
            Assignments = [.. shares.Select(each => new SyncGroupRequest.MemberAssignment { MemberId = each.Member.MemberId, Assignment = [each.Share] })],
        });

    public async Task<ErrorCode> HeartbeatAsync(int version = 4) =>
        (await SendAsync<HeartbeatResponse>(KafkaApi.Heartbeat, version, new HeartbeatRequest
        {
            GroupId = group,
            MemberId = MemberId,
            GroupInstanceId = instance,
            Generation = Generation,
        })).Error;

    public Task<LeaveGroupResponse> LeaveAsync(int version = 5) => LeaveAsync(version, new LeaveGroupRequest.Member { MemberId = MemberId, GroupInstanceId = instance });

    public Task<LeaveGroupResponse> LeaveAsync(int version, params LeaveGroupRequest.Member[] members) =>
        SendAsync<LeaveGroupResponse>(KafkaApi.LeaveGroup, version, new LeaveGroupRequest { GroupId = group, Members = [.. members] });

    public async Task<ErrorCode> CommitAsync(int version = 9, string? topic = null, int partition = 0, long offset = 5, string? metadata = "m")
    {
        var response = await SendAsync<OffsetCommitResponse>(KafkaApi.OffsetCommit, version, new OffsetCommitRequest
        {
            GroupId = group,
            MemberId = MemberId,
            GroupInstanceId = version >= 7 ? instance : null,
            Generation = Generation,
            Topics =
            [
                new OffsetCommitRequest.Topic
                {
                    Name = topic ?? broker.Topic,
                    Partitions = [new OffsetCommitRequest.Partition { Index = partition, Offset = offset, LeaderEpoch = 0, Metadata = metadata }],
                },
            ],
        });
        return response.Topics.Single().Partitions.Single().Error;
    }

    /// <summary>Of the partitions 0 and 1 of the tests' topic, or of all there are.</summary>
    public async Task<OffsetFetchResponse.Group> FetchOffsetsAsync(int version = 9, bool all = false) =>
        (await SendAsync<OffsetFetchResponse>(KafkaApi.OffsetFetch, version, new OffsetFetchRequest
        {
            Groups =
            [
                new OffsetFetchRequest.Group
                {
                    GroupId = group,
                    Topics = all ? null : [new OffsetFetchRequest.Topic { Name = broker.Topic, Partitions = [0, 1] }],
                },
            ],
        })).Groups.Single();

    public async Task<DescribeGroupsResponse.Group> DescribeAsync(int version = 6) =>
        (await SendAsync<DescribeGroupsResponse>(KafkaApi.DescribeGroups, version, new DescribeGroupsRequest
        {
            Groups = [group],
            IncludeAuthorizedOperations = true,
        })).Groups.Single();

    /// <summary>This group as the list shows it, or null.</summary>
    public async Task<ListGroupsResponse.Group?> ListAsync(int version = 5, string[]? states = null, string[]? types = null) =>
        (await SendAsync<ListGroupsResponse>(KafkaApi.ListGroups, version, new ListGroupsRequest { States = [.. states ?? []], Types = [.. types ?? []] }))
        .Groups.SingleOrDefault(listed => listed.GroupId == group);

    public async Task<ErrorCode> DeleteGroupAsync(int version = 2) =>
        (await SendAsync<DeleteGroupsResponse>(KafkaApi.DeleteGroups, version, new DeleteGroupsRequest { Groups = [group] })).Results.Single().Error;

    public Task<OffsetDeleteResponse> DeleteOffsetsAsync(params (string Topic, int Partition)[] keys) =>
        SendAsync<OffsetDeleteResponse>(KafkaApi.OffsetDelete, 0, new OffsetDeleteRequest
        {
            GroupId = group,
            Topics = [.. keys.GroupBy(key => key.Topic, key => key.Partition).Select(topic => new OffsetDeleteRequest.Topic { Name = topic.Key, Partitions = [.. topic] })],
        });

    public ValueTask DisposeAsync() => _client?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<TResponse> SendAsync<TResponse>(KafkaApi key, int version, IWireMessage request) where TResponse : IWireMessage, new()
    {
        _client ??= await WireClient.ConnectAsync(broker.Address);
        return await _client.SendAsync<TResponse>(key, version, request);
    }
}
