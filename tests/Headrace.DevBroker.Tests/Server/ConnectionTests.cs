using System.Buffers.Binary;
using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Wire;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Tests.Server;

public sealed class ConnectionTests
{
    private const string GarbageAsFrame = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    public static TheoryData<string, byte[]> Nonsense => new()
    {
        { "an API key that nobody has", [0, 0, 0, 10, 3, 232, 0, 0, 0, 0, 0, 1, 255, 255] },
        { "a version of Fetch from the future", [0, 0, 0, 10, 0, 1, 0, 99, 0, 0, 0, 1, 255, 255] },
        { "a declared but unserved version of Produce", [0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 1, 255, 255] },
        { "a frame larger than any", [127, 255, 255, 255] },
        { "a frame of negative length", [255, 255, 255, 255] },
        { "a frame that is too short for a header", [0, 0, 0, 3, 0, 1, 0] },
        { "a request that ends in the middle", [0, 0, 0, 10, 0, 3, 0, 12, 0, 0, 0, 1, 255, 255] },
        { "an array of two thousand million", [0, 0, 0, 14, 0, 3, 0, 4, 0, 0, 0, 1, 255, 255, 127, 255, 255, 255] },
        { "another protocol", System.Text.Encoding.ASCII.GetBytes(GarbageAsFrame) },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task Nonsense_closes_its_own_connection_and_no_other_and_the_reason_is_logged(string what, byte[] bytes)
    {
        var log = new ErrorLog();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        await using var broker = await DevBroker.StartAsync(new DevBrokerOptions { Loggers = loggers }, TestContext.Current.CancellationToken);
        await using var bystander = await WireClient.ConnectAsync(broker.BootstrapServers);
        await using var client = await WireClient.ConnectAsync(broker.BootstrapServers);

        await client.SendRawAsync(bytes);

        Assert.True(await client.ReceiveFrameAsync() is null, $"{what} should close the connection");
        Assert.Equal(1, log.Refused);
        Assert.NotEmpty((await bystander.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest())).Brokers);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order_even_when_one_has_to_wait()
    {
        await using var broker = await DevBroker.StartAsync(new DevBrokerOptions { EndFetchWaitsEarly = false }, TestContext.Current.CancellationToken);
        await using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await using var producer = await WireClient.ConnectAsync(broker.BootstrapServers);
        var topic = (await producer.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = "orders" }] })).Topics[0];

        var first = await client.PostAsync(KafkaApi.Metadata, 12, new MetadataRequest());
        var waits = await client.PostAsync(KafkaApi.Fetch, 17, SampleRequest.Fetch(topic.Id, offset: 0, maxWaitMs: 30_000));
        var last = await client.PostAsync(KafkaApi.Metadata, 12, new MetadataRequest());
        await client.ReceiveAsync<MetadataResponse>(KafkaApi.Metadata, 12, first);
        await producer.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce("orders", TestBatch.Of("a")));

        var fetched = await client.ReceiveAsync<FetchResponse>(KafkaApi.Fetch, 17, waits);
        Assert.NotEqual(0, fetched.Topics[0].Partitions[0].Records!.Value.Length);
        await client.ReceiveAsync<MetadataResponse>(KafkaApi.Metadata, 12, last);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fetch_that_waits_is_answered_when_another_request_has_come_behind_it(bool isSentTogether)
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        await using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        var topic = (await client.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = "orders" }] })).Topics[0];
        var fetch = SampleRequest.Fetch(topic.Id, offset: 0, maxWaitMs: 600_000);

        for (var round = 0; round < 3; round++)
        {
            int waits, behind;
            if (isSentTogether)
            {
                (waits, behind) = (1_000, 1_001);
                await client.SendRawAsync([.. Framed(KafkaApi.Fetch, 17, waits, fetch), .. Framed(KafkaApi.Metadata, 12, behind, new MetadataRequest())]);
            }
            else
            {
                waits = await client.PostAsync(KafkaApi.Fetch, 17, fetch);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
                behind = await client.PostAsync(KafkaApi.Metadata, 12, new MetadataRequest());
            }

            var fetched = await client.ReceiveAsync<FetchResponse>(KafkaApi.Fetch, 17, waits);
            Assert.Equal(0, fetched.Topics[0].Partitions[0].Records!.Value.Length);
            await client.ReceiveAsync<MetadataResponse>(KafkaApi.Metadata, 12, behind);
        }
    }

    [Fact]
    public async Task A_fetch_does_not_let_wait_what_the_client_will_fetch_from_the_offsets_that_it_has_just_asked_for()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        await using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        var topic = (await client.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = "orders" }] })).Topics[0];

        await client.SendAsync<ListOffsetsResponse>(KafkaApi.ListOffsets, 7, Offsets("orders", partition: 1));
        var fetched = await client.SendAsync<FetchResponse>(KafkaApi.Fetch, 17, SampleRequest.Fetch(topic.Id, offset: 0, maxWaitMs: 600_000));

        Assert.Equal(0, fetched.Topics[0].Partitions[0].Records!.Value.Length);
    }

    [Fact]
    public async Task Told_not_to_a_fetch_waits_its_time_after_offsets_were_asked_for()
    {
        await using var broker = await DevBroker.StartAsync(new DevBrokerOptions { EndFetchWaitsEarly = false }, TestContext.Current.CancellationToken);
        await using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await using var producer = await WireClient.ConnectAsync(broker.BootstrapServers);
        var topic = (await client.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = "orders" }] })).Topics[0];

        await client.SendAsync<ListOffsetsResponse>(KafkaApi.ListOffsets, 7, Offsets("orders", partition: 1));
        var waits = await client.PostAsync(KafkaApi.Fetch, 17, SampleRequest.Fetch(topic.Id, offset: 0, maxWaitMs: 600_000));
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        await producer.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce("orders", TestBatch.Of("a")));

        Assert.NotEqual(0, (await client.ReceiveAsync<FetchResponse>(KafkaApi.Fetch, 17, waits)).Topics[0].Partitions[0].Records!.Value.Length);
    }

    [Fact]
    public async Task A_fetch_that_waits_goes_on_waiting_when_another_fetch_has_come_behind_it()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        await using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await using var producer = await WireClient.ConnectAsync(broker.BootstrapServers);
        var topic = (await producer.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = "orders" }] })).Topics[0];

        var first = await client.PostAsync(KafkaApi.Fetch, 17, SampleRequest.Fetch(topic.Id, offset: 0, maxWaitMs: 600_000));
        var second = await client.PostAsync(KafkaApi.Fetch, 17, SampleRequest.Fetch(topic.Id, offset: 0, maxWaitMs: 600_000));
        await producer.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce("orders", TestBatch.Of("a")));

        foreach (var waiting in new[] { first, second })
        {
            Assert.NotEqual(0, (await client.ReceiveAsync<FetchResponse>(KafkaApi.Fetch, 17, waiting)).Topics[0].Partitions[0].Records!.Value.Length);
        }
    }

    [Fact]
    public async Task A_client_that_hangs_up_is_noticed_while_its_request_waits()
    {
        await using var broker = await DevBroker.StartAsync(new DevBrokerOptions { EvictOnDisconnect = true }, TestContext.Current.CancellationToken);
        await using var observer = await WireClient.ConnectAsync(broker.BootstrapServers);
        var member = await WireClient.ConnectAsync(broker.BootstrapServers);
        var join = new JoinGroupRequest
        {
            GroupId = "billing",
            SessionTimeoutMs = 60_000,
            RebalanceTimeoutMs = 60_000,
            ProtocolType = "consumer",
            Protocols = [new() { Name = "range", Metadata = [0] }],
        };
        join.MemberId = (await member.SendAsync<JoinGroupResponse>(KafkaApi.JoinGroup, 9, join)).MemberId;
        await member.SendAsync<JoinGroupResponse>(KafkaApi.JoinGroup, 9, join);
        Assert.Single(await MembersAsync());

        var topic = (await member.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = "orders" }] })).Topics[0];
        await member.PostAsync(KafkaApi.Fetch, 17, SampleRequest.Fetch(topic.Id, offset: 0, maxWaitMs: 60_000));
        await member.DisposeAsync();

        await Eventually.TrueAsync("the member has left", async () => (await MembersAsync()).Count == 0);

        async Task<List<DescribeGroupsResponse.Member>> MembersAsync() =>
            (await observer.SendAsync<DescribeGroupsResponse>(KafkaApi.DescribeGroups, 5, new DescribeGroupsRequest { Groups = ["billing"] })).Groups[0].Members;
    }

    [Fact]
    public async Task A_broker_that_stops_listening_refuses_clients_and_has_its_data_when_it_listens_again()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        await using var before = await WireClient.ConnectAsync(broker.BootstrapServers);
        await before.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = "orders" }] });
        await before.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce("orders", TestBatch.Of("a", "b")));

        for (var round = 0; round < 3; round++)
        {
            await broker.StopListeningAsync();
            Assert.Null(await before.ReceiveFrameAsync());
            await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() => WireClient.ConnectAsync(broker.BootstrapServers));
            await broker.StartListeningAsync(TestContext.Current.CancellationToken);
        }

        await using var after = await WireClient.ConnectAsync(broker.BootstrapServers);
        var produced = await after.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce("orders", TestBatch.Of("c")));
        Assert.Equal(2, produced.Topics[0].Partitions[0].BaseOffset);
    }

    [Fact]
    public async Task In_a_black_hole_nothing_is_answered_until_it_ends()
    {
        await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
        await using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await client.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = "orders" }] });

        int posted;
        using (broker.BlackHole())
        {
            posted = await client.PostAsync(KafkaApi.Produce, 11, SampleRequest.Produce("orders", TestBatch.Of("a")));
            await using var other = await WireClient.ConnectAsync(broker.BootstrapServers);
            await other.PostAsync(KafkaApi.Metadata, 12, new MetadataRequest());
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.False(client.HasReceived || other.HasReceived);
        }

        var produced = await client.ReceiveAsync<ProduceResponse>(KafkaApi.Produce, 11, posted);
        Assert.Equal(0, produced.Topics[0].Partitions[0].BaseOffset);
    }

    private static byte[] Framed(KafkaApi key, short version, int correlationId, IWireMessage request)
    {
        var frame = WireClient.Encode(key, version, correlationId, request);
        var prefix = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(prefix, frame.Length);
        return [.. prefix, .. frame];
    }

    private static ListOffsetsRequest Offsets(string topic, int partition) =>
        new() { Topics = [new() { Name = topic, Partitions = [new() { Index = partition, Timestamp = -2 }] }] };
}
