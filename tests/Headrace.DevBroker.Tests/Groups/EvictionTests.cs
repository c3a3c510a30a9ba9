using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Groups;

/// <summary>A broker that takes a lost connection for the end of a membership. Kafka does not, and neither does this one unless it is told to.</summary>
public sealed class EvictionTests
{
    [Fact]
    public async Task A_dynamic_member_goes_with_its_connection_and_a_static_one_stays()
    {
        await using var broker = await DevBroker.StartAsync(new DevBrokerOptions { EvictOnDisconnect = true }, TestContext.Current.CancellationToken);
        await using WireClient first = await WireClient.ConnectAsync(broker.BootstrapServers), second = await WireClient.ConnectAsync(broker.BootstrapServers);
        var seated = await JoinAsync(second, "static", "seat");
        var dynamic = await JoinAsync(second, "dynamic", null);
        Assert.Equal((ErrorCode.None, ErrorCode.None), (seated.Error, dynamic.Error));

        await second.DisposeAsync();
        await Eventually.TrueAsync("the dynamic member is gone", async () => await MembersAsync(first, "dynamic") == 0);
        Assert.Equal(1, await MembersAsync(first, "static"));
    }

    private static Task<JoinGroupResponse> JoinAsync(WireClient client, string group, string? instance) =>
        client.SendAsync<JoinGroupResponse>(KafkaApi.JoinGroup, instance is null ? 3 : 9, new JoinGroupRequest
        {
            GroupId = group,
            GroupInstanceId = instance,
            ProtocolType = "consumer",
            Protocols = [new JoinGroupRequest.Protocol { Name = "range" }],
            SessionTimeoutMs = 60_000,
            RebalanceTimeoutMs = 60_000,
        });

    private static async Task<int> MembersAsync(WireClient client, string group) =>
        (await client.SendAsync<DescribeGroupsResponse>(KafkaApi.DescribeGroups, 5, new DescribeGroupsRequest { Groups = [group] })).Groups[0].Members.Count;
}
