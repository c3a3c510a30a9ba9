using System.Text;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Clients;

public sealed class ClusterAdminTests(KafkaUnderTest kafka)
{
    [Fact]
    public async Task Topics_are_created_once_with_their_settings_and_are_visible_at_once()
    {
        using var admin = Admin();
        var topic = new TopicDefinition(kafka.NewName(), Partitions: 3, ReplicationFactor: 1) { Settings = new Dictionary<string, string> { ["retention.ms"] = "123456" } };

        await admin.CreateTopicsAsync([topic], Cancellation);
        await admin.CreateTopicsAsync([topic with { Partitions = 7 }, new(kafka.NewName(), 1)], Cancellation);

        Assert.Equal(3, (await admin.ListTopicsAsync(Cancellation))[topic.Name]);
        Assert.Equal("123456", (await admin.DescribeTopicSettingsAsync(topic.Name, Cancellation))["retention.ms"]);
    }

    [Fact]
    public async Task A_refusal_names_the_topic_and_carries_Kafkas_code()
    {
        using var admin = Admin();
        var refusal = await Assert.ThrowsAsync<ClusterException>(() => admin.CreateTopicsAsync([new("no spaces allowed", 1)], Cancellation));
        Assert.Equal(17, refusal.ErrorCode);
        Assert.Contains("'no spaces allowed'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_end_and_committed_offsets_are_read()
    {
        using var admin = Admin();
        var topic = await kafka.CreateTopicAsync(partitions: 2);
        await using (var producer = new RecordProducer(kafka.ClientSettings, NullLoggerFactory.Instance))
        {
            for (var i = 0; i < 3; i++)
            {
                await producer.ProduceAsync(new(topic, "k", Encoding.UTF8.GetBytes("v")) { Partition = 1 }, Cancellation);
            }
        }

        Assert.Equal([((topic, 0), 0L), ((topic, 1), 3L)], Sorted(await admin.EndOffsetsAsync([topic, kafka.NewName("absent")], Cancellation)));
        Assert.Equal([((topic, 0), 0L), ((topic, 1), 0L)], Sorted(await admin.StartOffsetsAsync([topic], Cancellation)));
        Assert.Empty(await admin.CommittedOffsetsAsync(kafka.NewName("absent"), Cancellation));

        var group = kafka.NewName("group");
        using (var consumer = new Confluent.Kafka.ConsumerBuilder<Confluent.Kafka.Ignore, byte[]>(
            new Confluent.Kafka.ConsumerConfig { BootstrapServers = kafka.Address, GroupId = group, EnableAutoCommit = false }).Build())
        {
            consumer.Commit([new(topic, 1, 2)]);
        }

        Assert.Equal([((topic, 1), 2L)], Sorted(await admin.CommittedOffsetsAsync(group, Cancellation)));
    }

    // An admin client of librdkafka (2.15 and before) ends the process here.
    [Fact]
    public async Task A_group_s_offsets_are_read_although_its_coordinator_moves_and_connections_break()
    {
        const int NotCoordinator = 16;
        await using var broker = await DevBroker.StartAsync();
        using var moved = broker.Faults.On(KafkaApi.OffsetFetch).Times(3).Error(NotCoordinator);
        using var broken = broker.Faults.On(KafkaApi.OffsetFetch).Times(3).Close();
        using var admin = new ClusterAdmin(new Dictionary<string, string> { ["bootstrap.servers"] = broker.BootstrapServers }, NullLoggerFactory.Instance);
        await admin.CreateTopicsAsync([new("orders", 1, 1)], Cancellation);

        Assert.Empty(await admin.CommittedOffsetsAsync("billing", Cancellation));
        Assert.Equal((3, 3), (moved.Hits, broken.Hits));
    }

    [Fact]
    public async Task Without_a_cluster_it_says_so_in_time()
    {
        using var admin = new ClusterAdmin(new Dictionary<string, string> { ["bootstrap.servers"] = "127.0.0.1:1" }, NullLoggerFactory.Instance);
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => admin.ListTopicsAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(15)));
        Assert.Contains("127.0.0.1:1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_asked_while_it_is_disposed_is_refused()
    {
        var topic = await kafka.CreateTopicAsync();
        for (var i = 0; i < 20; i++)
        {
            var admin = Admin();
            await admin.CommittedOffsetsAsync("g", Cancellation);
            await admin.DescribeTopicSettingsAsync(topic, Cancellation);
            Task[] asking = [Task.Run(AskUntilRefusedAsync, Cancellation), Task.Run(ReadUntilRefusedAsync, Cancellation)];
            admin.Dispose();
            foreach (var refused in asking)
            {
                await Assert.ThrowsAsync<ObjectDisposedException>(() => refused.WaitAsync(TimeSpan.FromSeconds(30)));
            }

            async Task AskUntilRefusedAsync()
            {
                while (true)
                {
                    var asked = admin.DescribeTopicSettingsAsync(topic, Cancellation);
                    if (asked.IsFaulted)
                    {
                        await asked;
                    }
                }
            }

            async Task ReadUntilRefusedAsync()
            {
                while (true)
                {
                    await admin.CommittedOffsetsAsync("g", Cancellation);
                }
            }
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IEnumerable<((string, int), long)> Sorted(IReadOnlyDictionary<(string Topic, int Partition), long> offsets) =>
        offsets.OrderBy(pair => pair.Key.Partition).Select(pair => (pair.Key, pair.Value));

    private ClusterAdmin Admin() => new(kafka.ClientSettings, NullLoggerFactory.Instance);
}
