using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Server;

/// <summary>Clients that do not go on, and what others notice of them: nothing.</summary>
public sealed class SlowClientTests
{
    private const int Clients = 50;
    private const long MaxMemory = 256L * 1024 * 1024;

    [Fact]
    public async Task Clients_that_fall_silent_within_a_frame_stall_nobody()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        var produce = WireClient.Encode(KafkaApi.Produce, 11, 1, SampleRequest.Produce("orders", TestBatch.Of("a")));
        byte[] frame = [0, 0, (byte)(produce.Length >> 8), (byte)produce.Length, .. produce];
        var silent = new List<WireClient>();
        for (var i = 0; i < Clients; i++)
        {
            silent.Add(await WireClient.ConnectAsync(broker.BootstrapServers));
            await silent[^1].SendRawAsync(frame[..(i * frame.Length / Clients)]);
        }

        await AssertServedAsync(broker);
        foreach (var client in silent)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Clients_that_do_not_read_what_they_fetch_stall_nobody_and_take_little_memory()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        await using var producer = await WireClient.ConnectAsync(broker.BootstrapServers);
        var topic = (await producer.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = "large" }] })).Topics[0];
        await producer.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce("large", TestBatch.Of(new string('x', 900_000))));
        var before = GC.GetTotalMemory(forceFullCollection: true);

        // Of each, far more than sockets and pipes hold: 10,000 answers of 900 kB.
        var slow = new List<WireClient>();
        for (var i = 0; i < Clients; i++)
        {
            slow.Add(await WireClient.ConnectAsync(broker.BootstrapServers));
            for (var request = 0; request < 200; request++)
            {
                await slow[^1].PostAsync(KafkaApi.Fetch, 17, SampleRequest.Fetch(topic.Id, offset: 0, maxWaitMs: 0));
            }
        }

        await AssertServedAsync(broker);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, before + MaxMemory);
        foreach (var client in slow)
        {
            await client.DisposeAsync();
        }
    }

    private static async Task AssertServedAsync(DevBroker broker)
    {
        await using var other = await WireClient.ConnectAsync(broker.BootstrapServers);
        var topic = (await other.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = "orders" }] })).Topics[0];
        Assert.Equal(ErrorCode.None, (await other.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce("orders", TestBatch.Of("a")))).Topics[0].Partitions[0].Error);
        var fetched = await other.SendAsync<FetchResponse>(KafkaApi.Fetch, 17, SampleRequest.Fetch(topic.Id, offset: 0, maxWaitMs: 30_000));
        Assert.NotEqual(0, fetched.Topics[0].Partitions[0].Records!.Value.Length);
    }
}
