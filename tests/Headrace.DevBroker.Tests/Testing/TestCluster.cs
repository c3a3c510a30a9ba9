using Headrace.Broker.Requests;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Testing;

/// <summary>A development broker of the test's own, or the Apache Kafka that HEADRACE_TEST_KAFKA names.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly DevBroker? _broker;

    private TestCluster(DevBroker? broker, string bootstrapServers) => (_broker, BootstrapServers) = (broker, bootstrapServers);

    public string BootstrapServers { get; }

    public static async Task<TestCluster> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("HEADRACE_TEST_KAFKA") is { Length: > 0 } kafka)
        {
            return new TestCluster(null, kafka);
        }

        var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        return new TestCluster(broker, broker.BootstrapServers);
    }

    public Task<WireClient> ConnectAsync() => WireClient.ConnectAsync(BootstrapServers);

    /// <summary>A new topic, whose leader is ready.</summary>
    public async Task<string> CreateTopicAsync(int partitions = 1, params (string Name, string Value)[] settings)
    {
        var name = $"t-{Guid.NewGuid():N}";
        await using var client = await ConnectAsync();
        var created = await client.SendAsync<CreateTopicsResponse>(KafkaApi.CreateTopics, 7, new CreateTopicsRequest
        {
            Topics =
            [
                new CreateTopicsRequest.Topic
                {
                    Name = name,
                    Partitions = partitions,
                    Replicas = 1,
                    Settings = [.. settings.Select(setting => new CreateTopicsRequest.Setting { Name = setting.Name, Value = setting.Value })],
                },
            ],
        });
        Assert.Equal(ErrorCode.None, created.Topics[0].Error);
        await Eventually.TrueAsync("every partition answers", async () =>
        {
            var all = Enumerable.Range(0, partitions).Select(index => new ListOffsetsRequest.Partition { Index = index, Timestamp = -1 });
            var found = await client.SendAsync<ListOffsetsResponse>(
                KafkaApi.ListOffsets, 7, new ListOffsetsRequest { Topics = [new() { Name = name, Partitions = [.. all] }] });
            return found.Topics[0].Partitions.TrueForAll(partition => partition.Error == ErrorCode.None);
        });
        return name;
    }

    public ValueTask DisposeAsync() => _broker?.DisposeAsync() ?? ValueTask.CompletedTask;
}
