using System.Diagnostics;
using Confluent.Kafka;

namespace Headrace.Broker.Tests.Server;

public sealed class ManyBrokersTests
{
    private const int Brokers = 50;

    [Fact]
    public async Task Fifty_brokers_of_one_process_do_not_meet()
    {
        var brokers = await Task.WhenAll(Enumerable.Range(0, Brokers).Select(_ => DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken)));
        try
        {
            Assert.Equal(Brokers, brokers.Select(broker => broker.Port).Distinct().Count());
            foreach (var chunk in brokers.Chunk(10))
            {
                await Task.WhenAll(chunk.Select(ProduceAsync));
            }
        }
        finally
        {
            foreach (var broker in brokers)
            {
                await broker.DisposeAsync();
            }
        }
    }

    /// <summary>The fastest of many, because the machine may be busy with other things.</summary>
    [Fact]
    public async Task A_broker_starts_in_no_time_once_the_process_has_started_one()
    {
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var before = Stopwatch.GetTimestamp();
            await using var broker = await DevBroker.StartAsync(cancellation: TestContext.Current.CancellationToken);
            var took = Stopwatch.GetElapsedTime(before);
            fastest = took < fastest ? took : fastest;
        }

        Assert.True(fastest < TimeSpan.FromMilliseconds(50), $"The fastest of 20 starts took {fastest.TotalMilliseconds} ms.");
    }

    private static async Task ProduceAsync(DevBroker broker)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
        var stored = await producer.ProduceAsync("t", new Message<string, string> { Key = "k", Value = "v" }, TestContext.Current.CancellationToken);
        Assert.Equal(0, stored.Offset.Value);
    }
}
