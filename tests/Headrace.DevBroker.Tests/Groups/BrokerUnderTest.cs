using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Groups;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

[assembly: AssemblyFixture(typeof(BrokerUnderTest))]

namespace Headrace.Broker.Tests.Groups;

/// <summary>
/// One broker for all that says how groups behave: a development broker, or the Apache Kafka that HEADRACE_TEST_KAFKA names, with an initial rebalance delay of 0
/// and sessions from 100 ms.
/// </summary>
public sealed class BrokerUnderTest : IAsyncLifetime
{
    public const int Partitions = 4;

    private TestCluster _cluster = null!;

    public string Address => _cluster.BootstrapServers;

    public string Topic { get; private set; } = "";

    /// <summary>A group id that no other test uses.</summary>
    public static string NewGroup() => $"group-{Guid.NewGuid():N}";

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        Topic = await _cluster.CreateTopicAsync(Partitions);

        // A fresh Kafka first has to make the topic that holds its groups, and reads it before it serves.
        await using var client = await _cluster.ConnectAsync();
        await Eventually.TrueAsync("the broker has a group coordinator", async () =>
        {
            var group = NewGroup();
            var found = await client.SendAsync<FindCoordinatorResponse>(KafkaApi.FindCoordinator, 4, new FindCoordinatorRequest { Keys = [group] });
            var fetched = await client.SendAsync<OffsetFetchResponse>(KafkaApi.OffsetFetch, 9, new OffsetFetchRequest
            {
                Groups = [new OffsetFetchRequest.Group { GroupId = group, Topics = null }],
            });
            return (found.Coordinators[0].Error, fetched.Groups[0].Error) == (ErrorCode.None, ErrorCode.None);
        });
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
