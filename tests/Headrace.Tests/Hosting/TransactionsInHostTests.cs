using Confluent.Kafka;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Hosting;

namespace Headrace.Tests.Hosting;

public sealed class TransactionsInHostTests(KafkaUnderTest kafka)
{
    [Fact]
    public async Task What_a_handler_produces_and_returns_is_seen_with_its_record_and_never_of_a_try_that_failed()
    {
        var (source, shipped, due) = (await kafka.CreateTopicAsync(), await kafka.CreateTopicAsync(), await kafka.CreateTopicAsync());
        await using var app = new Application(kafka.Address);
        app.Headrace.AddProducer<OrderPlaced>(source, key: order => order.OrderId).AddProducer<OrderShipped>(shipped, key: order => order.OrderId);
        var group = kafka.NewName("billing");
        app.Host.MapConsumerGroup(group).WithTransactions().MapTopic(source)
            .On(async (OrderPlaced order, ITopicProducer<OrderShipped> orders, MessageContext context, CancellationToken cancellation) =>
            {
                var position = await orders.ProduceAsync(new($"{order.OrderId} try {context.Attempt}"), cancellation: cancellation);
                Assert.Equal(-1, position.Offset);
                Assert.Throws<InvalidOperationException>(() => orders.Produce(new(order.OrderId), (_, _) => { }));
                await orders.ProduceManyAsync([new($"{order.OrderId} of many")], cancellation: cancellation);
                app.Handled.Enqueue(order);
                return order.Total == 0 && context.Attempt == 1 ? throw new InvalidOperationException("the first time") : new InvoiceDue(order.OrderId);
            })
            .ProduceTo(due);
        await app.StartAsync();
        await app.Producer<OrderPlaced>().ProduceManyAsync([new("o-1", 1), new("o-2", 0), new("o-3", 1)], cancellation: TestContext.Current.CancellationToken);

        await app.UntilAsync(status => status.Lag == 0 && app.Handled.Count == 4, group);
        await app.StopAsync();

        Assert.Equal(["o-1 try 1", "o-1 of many", "o-2 try 2", "o-2 of many", "o-3 try 1", "o-3 of many"], Keys(shipped));
        Assert.Equal(["o-1", "o-2", "o-3"], Keys(due));
    }

    [Fact]
    public async Task What_contradicts_transactions_is_refused_at_the_start()
    {
        await using var app = new Application(kafka.Address);
        app.Configuration["Kafka:Consumer:isolation.level"] = "read_uncommitted";
        app.Configuration["Kafka:Producer:message.timeout.ms"] = "60000";
        app.Host.MapConsumerGroup("billing").WithTransactions().MapTopic("orders").On((OrderPlaced order) => { });

        var faults = (await Assert.ThrowsAsync<HeadraceConfigurationException>(app.StartAsync)).Message;

        Assert.Contains("'isolation.level' is 'read_uncommitted'", faults, StringComparison.Ordinal);
        Assert.Contains("'message.timeout.ms' is 60000, longer than 'transaction.timeout.ms', 15000", faults, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_have_no_transactions()
    {
        await using var app = new Application(kafka.Address);
        app.Host.MapConsumerGroup("billing").WithTransactions().MapTopic("orders").OnBatch((RecordBatch<OrderPlaced> orders) => Task.CompletedTask, size: 10, within: TimeSpan.FromSeconds(1));

        Assert.Contains("what a batch produces belongs to no single record", (await Assert.ThrowsAsync<HeadraceConfigurationException>(app.StartAsync)).Message, StringComparison.Ordinal);
    }

    private IEnumerable<string?> Keys(string topic) => TopicReader.ReadAll(kafka, topic, 1, IsolationLevel.ReadCommitted).Select(record => record.Message.Key);
}
