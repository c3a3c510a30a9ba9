using System.Text;
using Confluent.Kafka;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Producing;

public sealed class TransactionalProducerTests(KafkaUnderTest kafka)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_is_committed_is_seen_and_what_is_open_or_aborted_is_not()
    {
        var topic = await kafka.CreateTopicAsync();
        await using var producer = Producer();
        await using (var committed = await producer.BeginAsync(Deadline()))
        {
            Assert.Equal(0, (await committed.ProduceAsync(Outgoing(topic, "1"), Deadline())).Offset);
            committed.Produce(Outgoing(topic, "2"));
            Assert.Empty(Committed(topic));
            await committed.CommitAsync(Deadline());
            Assert.Throws<InvalidOperationException>(() => committed.Produce(Outgoing(topic, "late")));
        }

        await using (var aborted = await producer.BeginAsync(Deadline()))
        {
            await aborted.ProduceAsync(Outgoing(topic, "never"), Deadline());
            await aborted.AbortAsync(Deadline());
        }

        await using (var disposed = await producer.BeginAsync(Deadline()))
        {
            await disposed.ProduceAsync(Outgoing(topic, "never either"), Deadline());
        }

        await using var open = await producer.BeginAsync(Deadline());
        await open.ProduceAsync(Outgoing(topic, "3"), Deadline());
        Assert.Equal(["1", "2"], Committed(topic));
        await open.CommitAsync(Deadline());
        Assert.Equal(["1", "2", "3"], Committed(topic));
        Assert.Equal(["1", "2", "never", "never either", "3"], TopicReader.ReadAll(kafka, topic, 1).Select(record => record.Message.Value));
    }

    [Fact]
    public async Task A_successor_with_the_same_id_fences_its_predecessor_and_takes_back_what_that_left_open()
    {
        var (topic, id) = (await kafka.CreateTopicAsync(), kafka.NewName("id"));
        await using var zombie = Producer(id);
        var left = await zombie.BeginAsync(Deadline());
        await left.ProduceAsync(Outgoing(topic, "zombie"), Deadline());

        await using var successor = Producer(id);
        await using (var transaction = await successor.BeginAsync(Deadline()))
        {
            await transaction.ProduceAsync(Outgoing(topic, "successor"), Deadline());
            await transaction.CommitAsync(Deadline());
        }

        var failure = await Assert.ThrowsAsync<TransactionException>(() => left.CommitAsync(Deadline()));
        Assert.True(failure.IsFenced, failure.ToString());
        var again = await Assert.ThrowsAsync<TransactionException>(() => zombie.BeginAsync(Deadline()));
        Assert.True(again.IsFenced, again.ToString());
        Assert.Contains("id of its own", again.Message, StringComparison.Ordinal);
        Assert.Equal(["successor"], Committed(topic));
    }

    [Fact]
    public async Task A_record_that_fails_takes_the_whole_transaction_back_and_the_next_one_works()
    {
        var topic = await kafka.CreateTopicAsync(settings: new Dictionary<string, string> { ["max.message.bytes"] = "2000" });
        await using var producer = Producer();
        await using (var transaction = await producer.BeginAsync(Deadline()))
        {
            transaction.Produce(Outgoing(topic, "fits"));
            await transaction.ProduceAsync(Outgoing(topic, "fits too"), Deadline());
            transaction.Produce(Outgoing(topic, new string('x', 5_000)));
            var failure = await Assert.ThrowsAsync<TransactionException>(() => transaction.CommitAsync(Deadline()));
            Assert.False(failure.IsOutcomeUnknown || failure.IsFenced);
            Assert.IsType<ProduceException>(failure.InnerException);
        }

        await using var next = await producer.BeginAsync(Deadline());
        await next.ProduceAsync(Outgoing(topic, "next"), Deadline());
        await next.CommitAsync(Deadline());
        Assert.Equal(["next"], Committed(topic));
    }

    [Fact]
    public async Task One_transaction_waits_for_the_other()
    {
        await using var producer = Producer();
        var first = await producer.BeginAsync(Deadline());
        var second = producer.BeginAsync(Deadline());
        Assert.False(second.IsCompleted);

        await first.CommitAsync(Deadline());

        await (await second.WaitAsync(Soon)).DisposeAsync();
    }

    [Theory]
    [InlineData("transactional.id", "mine")]
    [InlineData("enable.idempotence", "false")]
    [InlineData("message.timeout.ms", "60000")]
    public void Settings_that_transactions_cannot_have_are_refused(string name, string value)
    {
        var settings = new Dictionary<string, string>(kafka.ClientSettings) { [name] = value };
        var failure = Assert.Throws<ClientSettingsException>(() => { _ = new TransactionalProducer("id", settings, NullLoggerFactory.Instance); });
        Assert.Contains($"'{name}' is", failure.Message, StringComparison.Ordinal);
    }

    private static OutgoingRecord Outgoing(string topic, string value) => new(topic, "k", Encoding.UTF8.GetBytes(value));

    private static CancellationToken Deadline() => new CancellationTokenSource(Soon).Token;

    private IEnumerable<string?> Committed(string topic) => TopicReader.ReadAll(kafka, topic, 1, IsolationLevel.ReadCommitted).Select(record => record.Message.Value);

    private TransactionalProducer Producer(string? id = null) => new(id ?? kafka.NewName("id"), kafka.ClientSettings, NullLoggerFactory.Instance);
}
