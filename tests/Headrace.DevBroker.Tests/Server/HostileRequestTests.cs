using Headrace.Broker.Requests;
using Headrace.Broker.Tests.Testing;
using Headrace.Broker.Tests.Wire;
using Headrace.Broker.Wire;
using Microsoft.Extensions.Logging;

namespace Headrace.Broker.Tests.Server;

public sealed class HostileRequestTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") == "1";

    [Fact]
    public async Task Whatever_well_formed_nonsense_a_client_asks_no_handler_fails()
    {
        var log = new ErrorLog();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        await using var broker = await DevBroker.StartAsync(new DevBrokerOptions { Loggers = loggers }, TestContext.Current.CancellationToken);
        await using var observer = await WireClient.ConnectAsync(broker.BootstrapServers);
        var topic = (await observer.SendAsync<MetadataResponse>(KafkaApi.Metadata, 12, new MetadataRequest { Topics = [new() { Name = "orders" }] })).Topics[0];
        await observer.SendAsync<ProduceResponse>(KafkaApi.Produce, 11, SampleRequest.Produce("orders", TestBatch.Of("a", "b")));

        for (var seed = 0; seed < (IsLong ? 200 : 5); seed++)
        {
            await Parallel.ForEachAsync(new RequestTable().All, TestContext.Current.CancellationToken, async (handler, _) =>
            {
                for (int version = handler.FirstServed; version <= handler.MaxVersion; version++)
                {
                    await AskAsync(broker, handler, version, new Random((seed * 1_000) + version));
                }
            });
        }

        Assert.Empty(log.Errors);
        Assert.Equal(ErrorCode.None, (await observer.SendAsync<FetchResponse>(KafkaApi.Fetch, 17, SampleRequest.Fetch(topic.Id, 0))).Error);
    }

    private static async Task AskAsync(DevBroker broker, RequestHandler handler, int version, Random random)
    {
        var request = handler.NewRequest();
        var fill = new RandomFill(random, handler.IsFlexible(version), "orders", "orders", "billing", "retention.ms", "1");
        request.Walk(ref fill, version);
        await using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await client.PostAsync(handler.Key, version, request);

        // A response, a closed connection and a wait of any length are all right.
        await Task.WhenAny(client.ReceiveFrameAsync(), Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken));
    }
}
