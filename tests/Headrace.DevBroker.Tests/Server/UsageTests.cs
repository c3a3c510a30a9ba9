using Confluent.Kafka;
using Microsoft.Extensions.Hosting;

namespace Headrace.Broker.Tests.Server;

/// <summary>What docs/dev-broker.md shows.</summary>
public sealed class UsageTests
{
    [Fact]
    public async Task In_a_test()
    {
        #region in-a-test
        await using var broker = await DevBroker.StartAsync();
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
        var stored = await producer.ProduceAsync("orders", new Message<string, string> { Key = "c-1", Value = "placed" });   // the topic is made
        #endregion
        Assert.Equal(0, stored.Offset.Value);
    }

    [Fact]
    public async Task With_a_broken_network()
    {
        #region broken
        await using var broker = await DevBroker.StartAsync();
        await broker.StopListeningAsync();     // connections are closed, new ones refused, on the same port
        await broker.StartListeningAsync();    // the data are still there
        using (broker.BlackHole())             // connections are accepted, nothing is answered
        {
        }
        #endregion
        Assert.NotEqual(0, broker.Port);
    }

    [Fact]
    public async Task With_faults()
    {
        #region faults
        await using var broker = await DevBroker.StartAsync();
        using var lost = broker.Faults.On(KafkaApi.Produce).Topic("orders").After(2).Times(1).LoseReply();   // stored, and the producer cannot know it
        broker.Faults.On(KafkaApi.OffsetCommit).Group("billing").Times(3).Error((int)ErrorCode.RebalanceInProgress);
        broker.Faults.On(KafkaApi.Fetch).FromClient("slow-*").WithProbability(0.1, seed: 7).Delay(TimeSpan.FromSeconds(2));
        broker.Faults.ExpireMembers("billing");                 // at once
        Assert.Equal(0, lost.Hits);                             // how many requests the rule has hit
        broker.Faults.Clear();
        #endregion
        Assert.Empty(broker.Faults.All);
    }

    [Fact]
    public void In_an_application()
    {
        var args = new[] { "--environment=Development" };
        #region in-an-application
        var builder = Host.CreateApplicationBuilder(args);
        builder.AddDevBroker();   // sets ConnectionStrings:kafka, unless it is set
        #endregion
        Assert.StartsWith("127.0.0.1:", builder.Configuration["ConnectionStrings:kafka"], StringComparison.Ordinal);
    }
}
