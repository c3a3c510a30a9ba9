using System.Collections.Concurrent;
using Headrace.Pipeline;
using Headrace.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Failures;

/// <summary>The whole way of failing records, on a broker.</summary>
public sealed class PoisonTests(KafkaUnderTest kafka)
{
    private const int Partitions = 3;
    private readonly ConcurrentQueue<string> _handled = new();
    private readonly string _groupName = kafka.NewName("billing");

    [Fact]
    public async Task B10_a_key_that_always_fails_holds_up_no_other_and_ends_in_the_dead_letter_topic()
    {
        var topic = await kafka.CreateTopicAsync(Partitions);
        await using var producer = Producer();
        await ProduceAsync(producer, topic, 300, number => number % 30 == 7 ? "poison" : $"c-{number % 10}");
        await CreateDeadLettersAsync(topic);
        await using var group = Start(topic, producer, order => order.StartsWith("poison", StringComparison.Ordinal));

        await Wait.UntilAsync("all but the poison handled", () => _handled.Count == 290);
        await Wait.UntilAsync("10 dead letters", () => group.Pipeline.Counters.DeadLettered == 10);
        await Wait.UntilAsync("everything committed", async () => await LagAsync(topic) == 0);

        var dead = TopicReader.ReadAll(kafka, $"{topic}.{_groupName}.dlt", Partitions);
        Assert.Equal(10, dead.Count);
        Assert.All(dead, letter =>
        {
            Assert.Equal("poison", letter.Message.Key);
            Assert.StartsWith("{\"orderId\":\"poison-", letter.Message.Value, StringComparison.Ordinal);
            Assert.Equal("System.InvalidOperationException", Text(letter.Message.Headers.GetLastBytes("headrace-exception-type")));
            Assert.Equal(letter.Partition.Value.ToString(System.Globalization.CultureInfo.InvariantCulture), Text(letter.Message.Headers.GetLastBytes("headrace-origin-partition")));
        });
        Assert.Equal((290L, 30L, 20L), (group.Pipeline.Counters.Handled, group.Pipeline.Counters.Failed, group.Pipeline.Counters.Retried));
        AssertInOrder();
    }

    [Fact]
    public async Task Retries_keep_the_order_of_their_key()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var producer = Producer();
        await ProduceAsync(producer, topic, 60, number => $"c-{number % 6}");
        var failed = new ConcurrentDictionary<string, int>();
        await using var group = Start(topic, producer, order => order.EndsWith('3') && failed.AddOrUpdate(order, 1, static (_, times) => times + 1) < 3);

        await Wait.UntilAsync("all handled", () => _handled.Count == 60);
        Assert.Equal(6 * 2, group.Pipeline.Counters.Retried);
        AssertInOrder();
    }

    [Fact]
    public async Task A_dead_letter_topic_that_comes_late_loses_nothing()
    {
        var topic = await kafka.CreateTopicAsync(Partitions);
        await using var producer = Producer();
        await ProduceAsync(producer, topic, 1, _ => "poison");
        await using var group = Start(topic, producer, order => order.StartsWith("poison", StringComparison.Ordinal));

        await Wait.UntilAsync("a dead letter refused", () => group.Pipeline.Counters.LastError?.Contains(".dlt could not be written", StringComparison.Ordinal) == true);
        Assert.Equal(1, await LagAsync(topic));
        await CreateDeadLettersAsync(topic);
        await Wait.UntilAsync("everything committed", async () => await LagAsync(topic) == 0);
        Assert.Single(TopicReader.ReadAll(kafka, $"{topic}.{_groupName}.dlt", Partitions));
    }

    [Fact]
    public async Task What_a_handler_returns_is_in_kafka_before_its_record_is_committed()
    {
        var (topic, invoices) = (await kafka.CreateTopicAsync(Partitions), await kafka.CreateTopicAsync(Partitions));
        await using var producer = Producer();
        await ProduceAsync(producer, topic, 200, number => $"c-{number % 7}");
        await using var group = Start(topic, producer, orders => orders.On((OrderPlaced order) => new InvoiceDue(order.OrderId)).ProduceTo(invoices));

        await Wait.UntilAsync("everything committed", async () => await LagAsync(topic) == 0);
        var produced = TopicReader.ReadAll(kafka, invoices, Partitions);
        Assert.Equal(200, produced.Count);
        Assert.All(produced, invoice => Assert.Equal(invoice.Message.Key, invoice.Message.Value!.Split('"')[3].Split('#')[0].TrimEnd('-')));
    }

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    // An order is called after its key and its number: poison-#7.
    private static async Task ProduceAsync(RecordProducer producer, string topic, int count, Func<int, string> keyOf)
    {
        var writes = Enumerable.Range(0, count).Select(number => producer.ProduceAsync(
            new(topic, keyOf(number), System.Text.Encoding.UTF8.GetBytes($$"""{"orderId":"{{keyOf(number)}}-#{{number}}","total":1}""")), TestContext.Current.CancellationToken).AsTask());
        await Task.WhenAll(writes);
    }

    private void AssertInOrder() => Assert.All(
        _handled.Select(order => order.Split('#')).GroupBy(parts => parts[0], parts => int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)),
        numbers => Assert.Equal(numbers.Order(), numbers));

    private RecordProducer Producer() => new(kafka.ClientSettings, NullLoggerFactory.Instance);

    private async Task CreateDeadLettersAsync(string topic)
    {
        using var admin = new ClusterAdmin(kafka.ClientSettings, NullLoggerFactory.Instance);
        await admin.CreateTopicsAsync([new($"{topic}.{_groupName}.dlt", Partitions)], TestContext.Current.CancellationToken);
    }

    private async Task<long> LagAsync(string topic)
    {
        using var admin = new ClusterAdmin(kafka.ClientSettings, NullLoggerFactory.Instance);
        var ends = await admin.EndOffsetsAsync([topic], TestContext.Current.CancellationToken);
        var committed = await admin.CommittedOffsetsAsync(_groupName, TestContext.Current.CancellationToken);
        return ends.Sum(end => end.Value - committed.GetValueOrDefault(end.Key));
    }

    private RunningPipeline Start(string topic, RecordProducer producer, Func<string, bool> fails) => Start(topic, producer, orders => orders.On((OrderPlaced order) =>
    {
        if (fails(order.OrderId))
        {
            throw new InvalidOperationException("always");
        }

        _handled.Enqueue(order.OrderId);
    }));

    private RunningPipeline Start(string topic, RecordProducer producer, Action<TopicBuilder> map)
    {
        var services = new ServiceCollection().BuildServiceProvider();
        var topology = new HeadraceTopology("kafka");
        map(topology.MapConsumerGroup(_groupName).MapTopic(topic));
        var faults = new List<string>();
        var model = Assert.Single(topology.Validate(services, faults));
        var pipeline = new GroupPipeline(model, new()
        {
            Services = services,
            Loggers = NullLoggerFactory.Instance,
            Time = TimeProvider.System,
            ResultFormat = topology.Format,
            Produce = producer.ProduceAsync,
            ProduceDeadLetter = producer.ProduceAsync,
            DeadLetterPartitions = async (_, cancellation) =>
            {
                using var admin = new ClusterAdmin(kafka.ClientSettings, NullLoggerFactory.Instance);
                return (await admin.ListTopicsAsync(cancellation)).TryGetValue($"{topic}.{_groupName}.dlt", out var partitions)
                    ? partitions
                    : throw new InvalidOperationException("There is no dead-letter topic yet.");
            },
        });
        return new(pipeline, new(
            new()
            {
                GroupId = _groupName,
                Topics = model.TopicNames,
                ClientSettings = kafka.ClientSettings,
                Workers = 8,
                CommitInterval = TimeSpan.FromMilliseconds(50),
            },
            pipeline.HandleAsync,
            NullLoggerFactory.Instance,
            TimeProvider.System));
    }

    private sealed class RunningPipeline : IAsyncDisposable
    {
        private readonly RecordConsumer _consumer;

        public RunningPipeline(GroupPipeline pipeline, RecordConsumer consumer)
        {
            (Pipeline, _consumer) = (pipeline, consumer);
            consumer.Start();
        }

        public GroupPipeline Pipeline { get; }

        public async ValueTask DisposeAsync()
        {
            await _consumer.DisposeAsync();
            Pipeline.Dispose();
        }
    }
}
