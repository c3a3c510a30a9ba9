using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Tests.Testing;

namespace Headrace.Tests.Consuming;

public sealed class TopicIdentityTests(KafkaUnderTest kafka)
{
    [Fact]
    public async Task A_topic_that_is_made_again_under_a_running_consumer_is_read_from_its_start()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        using var lines = new Lines();
        traffic.Produce(1_000, static i => "k" + i);
        var consumer = traffic.Consume(traffic.Collect(), loggers: lines);
        consumer.Start();
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 1_000, traffic.Describe);

        // More than there was, so that the position is one of the new topic too and nothing else can show what happened.
        await MakeAgainAsync(traffic.Topic);
        traffic.Produce(3_000, static i => "new" + i);
        await Traffic.UntilAsync(() => NewOnes(traffic).Distinct().Count() == 3_000, () => $"{NewOnes(traffic).Distinct().Count()} of the new topic; {traffic.Describe()}; {string.Join(" | ", lines.All)}");
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 3_000, () => $"{traffic.Describe()}; {string.Join(" | ", lines.All)}");

        Assert.Null(consumer.Fault);
        // None where it was seen to be missing: then it was given up, and assigned again.
        Assert.InRange(consumer.Snapshot().ReplacedTopics, 0, 1);
        Assert.Equal(consumer.Snapshot().ReplacedTopics, lines.All.Count(static line => line.Contains("[1019]", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_topic_that_is_missing_for_a_while_is_given_up_and_read_from_its_start_when_it_is_there_again()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        using var lines = new Lines();
        var consumer = traffic.Consume(
            traffic.Collect(),
            new()
            {
                GroupId = traffic.Group,
                Topics = [traffic.Topic],
                ClientSettings = traffic.Settings(),
                CommitInterval = TimeSpan.FromMilliseconds(100),
                TopicRefresh = TimeSpan.FromMilliseconds(200),
            },
            lines);
        consumer.Start();
        for (var round = 1; round <= 3; round++)
        {
            var name = $"new{round}-";
            traffic.Produce(1_000, i => name + i);
            await Traffic.UntilAsync(() => Handled() == 1_000, Seen);
            await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 1_000, Seen);
            await DeleteAsync(traffic.Topic);
            await Traffic.UntilAsync(() => consumer.Snapshot().Partitions.Count == 0, Seen);
            await CreateAsync(traffic.Topic);
            int Handled() => traffic.Handled.Where(handled => handled.Key!.StartsWith(name, StringComparison.Ordinal)).Select(static handled => handled.Position.Offset).Distinct().Count();
        }

        string Seen() => $"{traffic.Describe()}; {string.Join(" | ", lines.All)}";
    }

    [Fact]
    public async Task What_is_in_flight_of_a_topic_that_was_made_again_is_cancelled_and_never_committed()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        traffic.Produce(10, static i => "k" + i);
        var cancelled = 0;
        var consumer = traffic.Consume(async record =>
        {
            var isOld = record.CopyKey().ToString() == "k5";
            traffic.Note(record);
            if (isOld)
            {
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, record.Cancellation);
                }
                finally
                {
                    Interlocked.Increment(ref cancelled);
                }
            }

            return Settlement.Settled;
        });
        consumer.Start();
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 5, traffic.Describe);
        await MakeAgainAsync(traffic.Topic);
        traffic.Produce(2, static i => "new" + i);
        await Traffic.UntilAsync(() => NewOnes(traffic).Count() == 2 && cancelled == 1, traffic.Describe);

        // Its map said that 6 to 9 were finished, and its watermark was 5.
        await Traffic.UntilAsync(() => traffic.Committed().GetValueOrDefault(0) == 2, traffic.Describe);
        Assert.Equal([0, 1], NewOnes(traffic).Order());
    }

    private static IEnumerable<long> NewOnes(Traffic traffic) =>
        traffic.Handled.Where(static handled => handled.Key!.StartsWith("new", StringComparison.Ordinal)).Select(static handled => handled.Position.Offset);

    private async Task MakeAgainAsync(string topic)
    {
        await DeleteAsync(topic);
        await CreateAsync(topic);
    }

    private async Task DeleteAsync(string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Address }).Build();
        await admin.DeleteTopicsAsync([topic]);
    }

    private async Task CreateAsync(string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Address }).Build();
        await Wait.UntilAsync("made again", async () =>
        {
            try
            {
                await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }]);
                return true;
            }
            catch (CreateTopicsException)
            {
                return false;
            }
        });
    }
}
