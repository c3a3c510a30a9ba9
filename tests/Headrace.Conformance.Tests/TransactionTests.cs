using Confluent.Kafka;
using Headrace.Conformance.Tests.Testing;

namespace Headrace.Conformance.Tests;

public sealed class TransactionTests(Cluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Aborted_records_are_invisible_and_open_ones_hidden()
    {
        var topic = await cluster.CreateTopicAsync();
        using var producer = Transactional();
        using var other = Transactional();
        await TransactAsync(producer, topic, commit: true, "a", "b");
        await TransactAsync(producer, topic, commit: false, "aborted");
        other.BeginTransaction();
        await other.ProduceAsync(topic, Message("open"));
        await TransactAsync(producer, topic, commit: true, "behind the open one");

        using var committed = cluster.Reader(topic);
        using var everything = cluster.Reader(topic, isolation: IsolationLevel.ReadUncommitted);
        Assert.Equal(["a", "b", "aborted", "open", "behind the open one"], Values(everything, 5));
        Assert.Equal(["a", "b"], Values(committed, 2));
        Assert.Null(committed.Consume(TimeSpan.FromMilliseconds(700)));

        other.CommitTransaction(Patience);
        Assert.Equal(["open", "behind the open one"], Values(committed, 2));
    }

    [Fact]
    public async Task A_zombie_is_fenced_and_what_it_wrote_is_aborted()
    {
        var topic = await cluster.CreateTopicAsync();
        var id = cluster.NewName("transactional");
        using var zombie = Transactional(id);
        zombie.BeginTransaction();
        await zombie.ProduceAsync(topic, Message("zombie"));
        using var successor = Transactional(id);

        var fenced = Assert.ThrowsAny<KafkaException>(() => zombie.CommitTransaction(Patience));
        await TransactAsync(successor, topic, commit: true, "successor");

        Assert.True(fenced.Error.IsFatal, fenced.Error.ToString());
        using var reader = cluster.Reader(topic);
        Assert.Equal(["successor"], Values(reader, 1));
    }

    [Fact]
    public async Task Offsets_are_committed_with_the_transaction_or_not_at_all()
    {
        var topic = await cluster.CreateTopicAsync();
        var output = await cluster.CreateTopicAsync();
        using var producer = Transactional();
        await TransactAsync(producer, topic, commit: true, "a", "b", "c");
        using var consumer = cluster.Consumer(cluster.NewName("group"), config => config.IsolationLevel = IsolationLevel.ReadCommitted);
        consumer.Subscribe(topic);
        Wait.ForRecords(consumer, 3);
        var partition = new TopicPartition(topic, 0);

        foreach (var (commit, offset, expected) in new[] { (false, 2, Offset.Unset), (true, 3, new Offset(3)) })
        {
            producer.BeginTransaction();
            await producer.ProduceAsync(output, Message($"{commit}"));
            producer.SendOffsetsToTransaction([new TopicPartitionOffset(partition, offset)], consumer.ConsumerGroupMetadata, Patience);
            End(producer, commit);
            Assert.Equal(expected, consumer.Committed([partition], Patience)[0].Offset);
        }

        using var reader = cluster.Reader(output);
        Assert.Equal(["True"], Values(reader, 1));
        consumer.Close();
    }

    [Fact]
    public async Task A_transaction_that_takes_too_long_is_aborted()
    {
        var topic = await cluster.CreateTopicAsync();
        using var slow = Transactional(change: config => config.TransactionTimeoutMs = 1_000);
        slow.BeginTransaction();
        await slow.ProduceAsync(topic, Message("too late"));
        using var producer = Transactional();
        await TransactAsync(producer, topic, commit: true, "in time");

        // Hidden until the slow one is aborted, for which Kafka looks every ten seconds.
        using var reader = cluster.Reader(topic);
        Assert.Equal(["in time"], Values(reader, 1));
        Assert.ThrowsAny<KafkaException>(() => slow.CommitTransaction(Patience));
    }

    private static Message<string, string?> Message(string value) => new() { Key = "k", Value = value };

    private static IEnumerable<string?> Values(IConsumer<string, string?> reader, int count) => Wait.ForRecords(reader, count).Select(record => record.Message.Value);

    private static async Task TransactAsync(IProducer<string, string?> producer, string topic, bool commit, params string[] values)
    {
        producer.BeginTransaction();
        foreach (var value in values)
        {
            await producer.ProduceAsync(topic, Message(value));
        }

        End(producer, commit);
    }

    private static void End(IProducer<string, string?> producer, bool commit)
    {
        if (commit)
        {
            producer.CommitTransaction(Patience);
        }
        else
        {
            producer.AbortTransaction(Patience);
        }
    }

    private IProducer<string, string?> Transactional(string? id = null, Action<ProducerConfig>? change = null)
    {
        var producer = cluster.Producer(config =>
        {
            config.TransactionalId = id ?? cluster.NewName("transactional");
            change?.Invoke(config);
        });
        producer.InitTransactions(Patience);
        return producer;
    }
}
