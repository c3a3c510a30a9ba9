using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Consuming;

/// <summary>A group that copies a topic to another, in transactions: what committed readers see is what counts.</summary>
public sealed class GroupTransactionTests(KafkaUnderTest kafka)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Every_record_is_copied_exactly_once_while_members_come_and_go_and_are_cut_off()
    {
        const int Count = 4_000;
        await using var traffic = await Traffic.OnAsync(kafka, partitions: 6);
        var target = await kafka.CreateTopicAsync(partitions: 2);
        traffic.Produce(Count, static i => "k" + (i % 60));
        var attempts = new ConcurrentDictionary<RecordPosition, int>();
        RecordDelegate copy = async record =>
        {
            var output = Copy(record, target);
            attempts.AddOrUpdate(record.Position, 1, static (_, times) => times + 1);
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, record.Cancellation);
            record.Outputs = [output];
            return Settlement.Settled;
        };
        RecordConsumer Member()
        {
            var member = traffic.Consume(copy, Options(traffic, workers: 8));
            member.Start();
            return member;
        }

        var stays = Member();
        await Traffic.UntilAsync(() => attempts.Count > 300, traffic.Describe);
        for (var round = 1; round <= 3; round++)
        {
            var goes = Member();
            await Traffic.UntilAsync(() => goes.Snapshot().Partitions.Count > 0 && attempts.Count > 300 + (round * 700), traffic.Describe);
            // In order the first time, then cut off in the middle of what is in flight.
            await goes.StopAsync(round == 1 ? Traffic.In(Long) : new CancellationToken(canceled: true));
        }

        await Traffic.UntilAsync(() => traffic.Committed(6).Values.Sum() == Count, traffic.Describe);
        await stays.StopAsync(Traffic.In(Long));

        AssertCopied(TopicReader.ReadAll(kafka, target, 2, IsolationLevel.ReadCommitted), Count);
    }

    [Fact]
    public async Task What_was_produced_is_seen_with_the_offset_and_not_before_what_lies_before_it_is_settled()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        var target = await kafka.CreateTopicAsync();
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        traffic.Produce(20, static i => "k" + i);
        var consumer = traffic.Consume(
            async record =>
            {
                var (output, position) = (Copy(record, target), record.Position);
                if (position.Offset == 5)
                {
                    await go.Task;
                }

                record.Outputs = [output];
                traffic.Note(record);
                return Settlement.Settled;
            },
            Options(traffic, workers: 4));
        consumer.Start();
        await traffic.UntilHandledAsync(19);
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 5, traffic.Describe);

        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"0@{i}"), Committed(target));
        go.SetResult();
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 20, traffic.Describe);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"0@{i}"), Committed(target));
    }

    [Fact]
    public async Task A_transaction_that_cannot_be_written_is_aborted_and_written_again_until_it_can()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        var (target, missing) = (await kafka.CreateTopicAsync(), kafka.NewName("missing"));
        traffic.Produce(10, static i => "k" + i);
        var consumer = traffic.Consume(
            record =>
            {
                record.Outputs = [Copy(record, target), Copy(record, missing)];
                return ValueTask.FromResult(Settlement.Settled);
            },
            Options(traffic, workers: 2, ("topic.metadata.propagation.max.ms", "300")));
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot().LastError is { } error && error.Contains(missing, StringComparison.Ordinal), traffic.Describe);
        Assert.Equal(0, traffic.Committed().GetValueOrDefault(0));

        using (var admin = new ClusterAdmin(kafka.ClientSettings, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance))
        {
            await admin.CreateTopicsAsync([new(missing, 1)], Traffic.In(Long));
        }

        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 10, traffic.Describe);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"0@{i}"), Committed(target));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"0@{i}"), Committed(missing));
        Assert.Null(consumer.Snapshot().Fault);
    }

    [Fact]
    public async Task A_record_that_its_topic_never_takes_stops_the_group_with_a_remedy()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        var target = await kafka.CreateTopicAsync(settings: new Dictionary<string, string> { ["max.message.bytes"] = "1000" });
        traffic.Produce(1, static _ => "k");
        var consumer = traffic.Consume(
            record =>
            {
                record.Outputs = [new(target, "k", new byte[5_000])];
                return ValueTask.FromResult(Settlement.Settled);
            },
            Options(traffic, workers: 1));
        consumer.Start();

        await Traffic.UntilAsync(() => consumer.Snapshot().State == ConsumerState.Faulted, traffic.Describe);

        Assert.Contains("max.message.bytes", consumer.Fault!.Message, StringComparison.Ordinal);
        Assert.Equal(0, traffic.Committed().GetValueOrDefault(0));
    }

    /// <summary>It waits for records before it commits, and the group does not say where they begin while offsets are pending in a transaction.</summary>
    [Fact]
    public async Task A_static_member_ends_what_its_predecessor_left_open_and_goes_on()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(10, static i => "k" + i);
        LeaveOpen(traffic, "member");
        var consumer = traffic.Consume(
            record =>
            {
                traffic.Note(record);
                return ValueTask.FromResult(Settlement.Settled);
            },
            Options(traffic, workers: 4, traffic.Settings(("group.instance.id", "member"))));
        consumer.Start();
        await traffic.UntilHandledAsync(10);
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 10, traffic.Describe);
    }

    // As a process does that is killed between the offsets and the commit. The broker would abort it after five minutes.
    private void LeaveOpen(Traffic traffic, string instance)
    {
        using var member = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = kafka.Address, GroupId = traffic.Group }).Build();
        using var producer = new ProducerBuilder<Null, Null>(new ProducerConfig
        {
            BootstrapServers = kafka.Address, TransactionalId = $"{traffic.Group}-{instance}", TransactionTimeoutMs = 300_000,
        }).Build();
        producer.InitTransactions(Long);
        producer.BeginTransaction();
        producer.SendOffsetsToTransaction([new(traffic.Topic, 0, 5)], member.ConsumerGroupMetadata, Long);
    }

    private static void AssertCopied(IReadOnlyList<ConsumeResult<string?, string?>> copies, int count)
    {
        Assert.Equal(count, copies.Count);
        Assert.Equal(count, copies.Select(static record => record.Message.Value).Distinct().Count());
        foreach (var ofKey in copies.GroupBy(static record => record.Message.Key))
        {
            var offsets = ofKey.Select(static record => long.Parse(record.Message.Value!.Split('@')[1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(offsets.Order(), offsets);
        }
    }

    private static OutgoingRecord Copy(Record record, string target) => new(target, record.CopyKey(), Encoding.UTF8.GetBytes($"{record.Partition}@{record.Offset}"));

    private IEnumerable<string?> Committed(string topic) => TopicReader.ReadAll(kafka, topic, 1, IsolationLevel.ReadCommitted).Select(static record => record.Message.Value);

    private static ConsumerOptions Options(Traffic traffic, int workers, params (string Name, string Value)[] producer) => Options(traffic, workers, traffic.Settings(), producer);

    private static ConsumerOptions Options(Traffic traffic, int workers, IReadOnlyDictionary<string, string> client, params (string Name, string Value)[] producer) => new()
    {
        GroupId = traffic.Group,
        Topics = [traffic.Topic],
        ClientSettings = client,
        CommitInterval = TimeSpan.FromMilliseconds(100),
        Workers = workers,
        HasTransactions = true,
        ProducerSettings = new Dictionary<string, string>(
            producer.Select(static setting => KeyValuePair.Create(setting.Name, setting.Value)).Append(new("bootstrap.servers", traffic.Settings()["bootstrap.servers"]))),
    };
}
