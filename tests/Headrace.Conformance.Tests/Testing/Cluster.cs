using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Headrace.Conformance.Tests.Testing;

[assembly: AssemblyFixture(typeof(Cluster))]

namespace Headrace.Conformance.Tests.Testing;

/// <summary>
/// What the suite runs on: the Apache Kafka that <c>HEADRACE_TEST_KAFKA</c> names, otherwise a development broker. The tests do not know which. A Kafka needs an initial
/// rebalance delay of 0, sessions from 1 s, and a log cleaner and a retention check that look every second.
/// </summary>
public sealed class Cluster : IAsyncLifetime
{
    private static readonly string Run = Guid.NewGuid().ToString("N")[..8];
    private DevBroker? _broker;
    private int _names;

    public string Address { get; private set; } = "";

    public IAdminClient Admin { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("HEADRACE_TEST_KAFKA") is { Length: > 0 } kafka)
        {
            Address = kafka;
        }
        else
        {
            _broker = await DevBroker.StartAsync();
            Address = _broker.BootstrapServers;
        }

        Admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Address }).Build();
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    /// <summary>A name that no other test uses.</summary>
    public string NewName(string purpose) => $"{purpose}-{Run}-{Interlocked.Increment(ref _names)}";

    public async Task<string> CreateTopicAsync(int partitions = 1, params (string Name, string Value)[] settings)
    {
        var name = NewName("topic");
        await Admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = settings.ToDictionary(setting => setting.Name, setting => setting.Value),
        }]);
        await ReadyAsync([name], partitions);
        return name;
    }

    /// <summary>Kafka answers before everybody knows of a new topic, and before its leaders lead.</summary>
    public Task ReadyAsync(IReadOnlyCollection<string> topics, int partitions) => Wait.UntilAsync("the topics can be used", async () =>
    {
        try
        {
            var found = await Admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(topics));
            return found.TopicDescriptions.TrueForAll(topic => topic.Partitions.Count == partitions && topic.Partitions.TrueForAll(partition => partition.Leader?.Id >= 0));
        }
        catch (KafkaException)
        {
            return false;
        }
    });

    public IProducer<string, string?> Producer(Action<ProducerConfig>? change = null, string? address = null)
    {
        var config = new ProducerConfig { BootstrapServers = address ?? Address, EnableIdempotence = true, LingerMs = 5 };
        change?.Invoke(config);
        return new ProducerBuilder<string, string?>(config).Build();
    }

    public IConsumer<string, string?> Consumer(string group, Action<ConsumerConfig>? change = null) => NewConsumer(group, change).Build();

    public ConsumerBuilder<string, string?> NewConsumer(string group, Action<ConsumerConfig>? change = null)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = Address,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            FetchQueueBackoffMs = 10,
        };
        change?.Invoke(config);
        return new ConsumerBuilder<string, string?>(config);
    }

    /// <summary>A consumer outside of any group, at the start of one partition.</summary>
    public IConsumer<string, string?> Reader(string topic, int partition = 0, IsolationLevel isolation = IsolationLevel.ReadCommitted)
    {
        var consumer = Consumer(NewName("reader"), config => config.IsolationLevel = isolation);
        consumer.Assign(new TopicPartitionOffset(topic, partition, Offset.Beginning));
        return consumer;
    }
}
