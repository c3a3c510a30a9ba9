using System.Collections.Concurrent;
using Confluent.Kafka;
using Headrace.Tests.Hosting;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Failures;

public sealed class PoliciesOnKafkaTests(KafkaUnderTest kafka)
{
    private readonly ConcurrentDictionary<string, int> _tries = new();

    [Fact]
    public async Task Every_policy_does_what_it_says()
    {
        var (topic, group) = (await kafka.CreateTopicAsync(partitions: 2), kafka.NewName("group"));
        await using var app = Start(topic, group);
        await app.StartAsync();
        await ProduceAsync(app, "in place", "later", "at once", "by cause", "skipped", "healthy");
        await app.UntilAsync(status => status is { DeadLettered: 2, Handled: 3, Lag: 0 }, group);

        // In place and later twice until they are handled; none of the others is tried again.
        Assert.Equal(
            new Dictionary<string, int> { ["in place"] = 3, ["later"] = 2, ["at once"] = 1, ["by cause"] = 1, ["skipped"] = 1, ["healthy"] = 1 },
            new Dictionary<string, int>(_tries));
        Assert.Equal(["at once", "by cause"], KeysIn($"{topic}.{group}.dlt"));
        Assert.Equal(["later"], KeysIn($"{topic}.{group}.retry.50ms"));

        await ProduceAsync(app, "stopping");
        await app.UntilAsync(status => status is { State: ConsumerState.Faulted, LastError: { } error } && error.Contains("its failure policy says stop", StringComparison.Ordinal), group);
        await app.UntilAsync(status => status.Lag == 1, group);
        Assert.Equal(1, _tries["stopping"]);
        Assert.Equal(2, KeysIn($"{topic}.{group}.dlt").Count());
    }

    private static async Task ProduceAsync(Application app, params string[] orders)
    {
        foreach (var order in orders)
        {
            await app.Producer<OrderPlaced>().ProduceAsync(new(order, 1), cancellation: TestContext.Current.CancellationToken);
        }
    }

    private IEnumerable<string?> KeysIn(string topic) => TopicReader.ReadAll(kafka, topic, 2, IsolationLevel.ReadCommitted).Select(record => record.Message.Key).Order();

    private Application Start(string topic, string group)
    {
        var app = new Application(kafka.Address);
        app.Headrace.AddProducer<OrderPlaced>(topic, key: order => order.OrderId);
        app.Headrace.Map(topology => topology.MapConsumerGroup(group)
            .WithRetryTopics(TimeSpan.FromMilliseconds(50))
            .WithFailurePolicy(policy => policy
                .RetryLaterOn<TimeoutException>()
                .DeadLetterOn<FormatException>()
                .SkipOn<OperationCanceledException>()
                .StopOn<NotSupportedException>()
                .BackOff = TimeSpan.FromMilliseconds(20))
            .MapTopic(topic).On((OrderPlaced order) => Handle(order.OrderId)));
        return app;
    }

    private void Handle(string order)
    {
        var tries = _tries.AddOrUpdate(order, 1, static (_, tries) => tries + 1);
        Exception? failure = order switch
        {
            "in place" when tries < 3 => new InvalidOperationException("no"),
            "later" when tries < 2 => new TimeoutException("no"),
            "at once" => new FormatException("no"),
            "by cause" => new InvalidOperationException("no", new FormatException("the cause")),
            "skipped" => new OperationCanceledException("no"),
            "stopping" => new NotSupportedException("no"),
            _ => null,
        };
        if (failure is not null)
        {
            throw failure;
        }
    }
}
