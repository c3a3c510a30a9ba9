using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Consuming;

public sealed class TopicSubscriptionTests(KafkaUnderTest kafka)
{
    [Fact]
    public async Task A_pattern_matches_whole_names_takes_new_topics_and_never_what_is_excluded()
    {
        var prefix = kafka.NewName("orders");
        await using var traffic = await Traffic.OnAsync(kafka);
        await CreateAsync(prefix, prefix + ".eu", "x" + prefix, prefix + ".billing.dlt");
        await using var consumer = Consumer(traffic, $"^{prefix}(\\..*)?");
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions.Count == 2, () => Topics(consumer));
        Assert.Equal($"{prefix} {prefix}.eu", Topics(consumer));

        await CreateAsync(prefix + ".us");
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions.Count == 3, () => Topics(consumer));
        Assert.Equal($"{prefix} {prefix}.eu {prefix}.us", Topics(consumer));
        Assert.Empty(consumer.Snapshot().MissingTopics);
    }

    [Fact]
    public async Task A_missing_topic_is_named_and_waited_for_while_the_others_flow()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        var missing = kafka.NewName("later");
        traffic.Produce(3, static i => "k" + i);
        await using var consumer = Consumer(traffic, topics: [traffic.Topic, missing]);
        consumer.Start();
        await traffic.UntilHandledAsync(3);
        Assert.Equal([missing], consumer.Snapshot().MissingTopics);

        await CreateAsync(missing);
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions.Count == 2, () => Topics(consumer));
        Assert.Empty(consumer.Snapshot().MissingTopics);
    }

    [Fact]
    public async Task Partitions_that_are_added_are_read()
    {
        await using var traffic = await Traffic.OnAsync(kafka);
        await using var consumer = Consumer(traffic, topics: [traffic.Topic]);
        consumer.Start();
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions.Count == 1, () => Topics(consumer));
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Address }).Build();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = traffic.Topic, IncreaseTo = 3 }]);
        await Traffic.UntilAsync(() => consumer.Snapshot().Partitions.Count == 3, () => Topics(consumer));
    }

    [Fact]
    public void Settings_that_the_client_refuses_are_all_named_at_the_start()
    {
        var options = new ConsumerOptions
        {
            GroupId = "g",
            Topics = ["t"],
            ClientSettings = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "soon", ["bootstrap.server"] = kafka.Address },
        };
        var fault = Assert.Throws<ClientSettingsException>(() => new RecordConsumer(options, static _ => default, NullLoggerFactory.Instance, TimeProvider.System).Start());

        Assert.Contains("fetch.wait.max.ms", fault.Message, StringComparison.Ordinal);
        Assert.Contains("bootstrap.server", fault.Message, StringComparison.Ordinal);
    }

    private static RecordConsumer Consumer(Traffic traffic, string? pattern = null, IReadOnlyCollection<string>? topics = null) => new(
        new()
        {
            GroupId = traffic.Group,
            Topics = topics ?? [],
            TopicPatterns = pattern is null ? [] : [pattern],
            ExcludeFromPatterns = static topic => topic.EndsWith(".dlt", StringComparison.Ordinal),
            ClientSettings = traffic.Settings(),
            TopicRefresh = TimeSpan.FromMilliseconds(300),
        },
        traffic.Collect(),
        NullLoggerFactory.Instance,
        TimeProvider.System);

    private static string Topics(RecordConsumer consumer) =>
        string.Join(' ', consumer.Snapshot().Partitions.Select(static partition => partition.Topic).Order(StringComparer.Ordinal));

    private async Task CreateAsync(params string[] topics)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Address }).Build();
        await admin.CreateTopicsAsync(topics.Select(static topic => new TopicSpecification { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }));
    }
}
