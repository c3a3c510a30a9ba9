using System.Collections.Concurrent;
using Confluent.Kafka;
using Headrace.Tests.Hosting;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Failures;

public sealed class OrderKeptOnKafkaTests(KafkaUnderTest kafka)
{
    private const int Keys = 6;
    private const int PerKey = 12;

    private readonly ConcurrentDictionary<string, ConcurrentQueue<int>> _seen = new();
    private readonly ConcurrentDictionary<(string Key, int Number), int> _tries = new();
    private volatile bool _isFixed;

    [Fact]
    public async Task Later_records_of_a_dead_key_wait_through_a_restart_and_go_on_in_order_after_a_redrive()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(partitions: 2), kafka.NewName("group"));
        await using (var app = Start(topic, group))
        {
            await app.StartAsync();
            for (var number = 0; number < PerKey; number++)
            {
                for (var key = 0; key < Keys; key++)
                {
                    await app.Producer<OrderPlaced>().ProduceAsync(new($"k{key}", number), cancellation: TestContext.Current.CancellationToken);
                }
            }

            // Half of the keys have a record that nobody can handle; it is the fourth.
            await app.UntilAsync(() => _seen.Sum(key => key.Value.Count) >= (Keys / 2 * PerKey) + (Keys / 2 * 3), () => Seen());
            await app.UntilAsync(status => status is { DeadLettered: Keys / 2, Lag: 0, Parked: Keys / 2 * (PerKey - 3) }, group);
            await app.StopAsync();
        }

        _isFixed = true;
        await using (var app = Start(topic, group))
        {
            await app.StartAsync();
            await app.UntilAsync(status => status is { Parked: Keys / 2 * (PerKey - 3) }, group);
            await app.Producer<OrderPlaced>().ProduceAsync(new("k1", PerKey), cancellation: TestContext.Current.CancellationToken);
            await app.Producer<OrderPlaced>().ProduceAsync(new("k0", PerKey), cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(Keys / 2, Redrive(topic, group));
            await app.UntilAsync(() => _seen.Sum(key => key.Value.Count) >= (Keys * PerKey) + 2, () => Seen());
            await app.UntilAsync(status => status.Parked == 0, group);
        }

        Assert.All(_seen, key => Assert.Equal(Enumerable.Range(0, key.Value.Count), key.Value));
        Assert.Equal((Keys * PerKey) + 2, _seen.Sum(key => key.Value.Count));
    }

    private string Seen() => string.Join("; ", _seen.Select(key => $"{key.Key}: {string.Join(' ', key.Value)}"));

    private Application Start(string topic, string group)
    {
        var app = new Application(kafka.Address);
        app.Headrace.AddProducer<OrderPlaced>(topic, key: order => order.OrderId);
        app.Headrace.Map(topology => topology.MapConsumerGroup(group)
            .WithOrderKept()
            .WithRetryTopics(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100))
            .WithFailurePolicy(policy => policy.Attempts = 1)
            .MapTopic(topic).On((OrderPlaced order) => Handle(order.OrderId, (int)order.Total)));
        return app;
    }

    private void Handle(string key, int number)
    {
        var isOdd = key[^1] % 2 == 1;
        if ((isOdd && number == 3 && !_isFixed) || (number == 5 && _tries.AddOrUpdate((key, number), 1, (_, tries) => tries + 1) < 3))
        {
            throw new InvalidOperationException("not yet");
        }

        _seen.GetOrAdd(key, _ => new()).Enqueue(number);
    }

    private int Redrive(string topic, string group)
    {
        var letters = TopicReader.ReadAll(kafka, $"{topic}.{group}.dlt", partitions: 2);
        using var producer = new ProducerBuilder<string?, string?>(new ProducerConfig { BootstrapServers = kafka.Address, LingerMs = 0 }).Build();
        foreach (var letter in letters)
        {
            producer.Produce(new TopicPartition($"{topic}.{group}.redrive", letter.Partition), letter.Message);
        }

        producer.Flush(TestContext.Current.CancellationToken);
        return letters.Count;
    }
}
