using System.Collections.Concurrent;
using Confluent.Kafka;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Consuming;

/// <summary>One topic, what is produced to it, consumers of it, and waits that say what they saw.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _address;
    private readonly IProducer<byte[]?, byte[]> _producer;
    private readonly List<RecordConsumer> _consumers = [];

    // Nobody need listen at the address yet.
    public Traffic(string address, string topic, string group)
    {
        (_address, Topic, Group) = (address, topic, group);
        _producer = new ProducerBuilder<byte[]?, byte[]>(new ProducerConfig { BootstrapServers = address, LingerMs = 1 })
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
    }

    public string Topic { get; }

    public string Group { get; }

    /// <summary>Every record that a handler of <see cref="Collect"/> got, in the order they got them.</summary>
    public ConcurrentQueue<(string Consumer, string? Key, RecordPosition Position)> Handled { get; } = new();

    public static async Task<Traffic> OnAsync(KafkaUnderTest kafka, int partitions = 1) =>
        new(kafka.Address, await kafka.CreateTopicAsync(partitions), kafka.NewName("group"));

    /// <summary>Produces records whose value is their number; returns when all are acknowledged.</summary>
    public void Produce(int count, Func<int, string?> keyOf, int? partition = null)
    {
        var failed = 0;
        for (var i = 0; i < count; i++)
        {
            var key = keyOf(i);
            _producer.Produce(
                new TopicPartition(Topic, partition ?? Partition.Any),
                new() { Key = key is null ? null : System.Text.Encoding.UTF8.GetBytes(key), Value = BitConverter.GetBytes(i) },
                report => failed += report.Error.IsError ? 1 : 0);
        }

        _producer.Flush(TestContext.Current.CancellationToken);
        Assert.Equal(0, failed);
    }

    public RecordConsumer Consume(RecordDelegate handle, ConsumerOptions? options = null, ILoggerFactory? loggers = null)
    {
        var consumer = new RecordConsumer(options ?? Options(), handle, loggers ?? NullLoggerFactory.Instance, TimeProvider.System);
        _consumers.Add(consumer);
        return consumer;
    }

    public ConsumerOptions Options(int workers = 2, int lookAhead = 10_000, TimeSpan? revokeDrain = null, StartPosition startAt = default, Ordering ordering = Ordering.ByKey, params (string Name, string Value)[] settings) => new()
    {
        GroupId = Group,
        Topics = [Topic],
        ClientSettings = Settings(settings),
        CommitInterval = TimeSpan.FromMilliseconds(100),
        Workers = workers,
        Ordering = ordering,
        LookAheadRecords = lookAhead,
        RevokeDrain = revokeDrain ?? TimeSpan.FromSeconds(10),
        StartAt = startAt,
    };

    /// <summary>The settings of an assignor, or of the new group protocol: <c>consumer</c>.</summary>
    public static (string Name, string Value)[] Protocol(string protocol) =>
        [protocol == "consumer" ? ("group.protocol", protocol) : ("partition.assignment.strategy", protocol)];

    /// <summary>Client settings that reach the broker and make rebalances quick.</summary>
    public Dictionary<string, string> Settings(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string> { ["bootstrap.servers"] = _address, ["heartbeat.interval.ms"] = "300", ["session.timeout.ms"] = "6000" };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        if (settings.GetValueOrDefault("group.protocol") == "consumer")
        {
            // The broker says them in this protocol.
            settings.Remove("heartbeat.interval.ms");
            settings.Remove("session.timeout.ms");
        }

        return settings;
    }

    public RecordDelegate Collect(string consumer = "one") => record =>
    {
        Note(record, consumer);
        return ValueTask.FromResult(Settlement.Settled);
    };

    public void Note(Record record, string consumer = "one") =>
        Handled.Enqueue((consumer, record.HasKey ? record.CopyKey().ToString() : null, record.Position));

    /// <summary>Offsets committed by the group, by partition.</summary>
    public Dictionary<int, long> Committed(int partitions = 1)
    {
        using var reader = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = _address, GroupId = Group }).Build();
        var all = Enumerable.Range(0, partitions).Select(partition => new TopicPartition(Topic, partition));
        return reader.Committed(all, TimeSpan.FromSeconds(10)).Where(static entry => entry.Offset >= 0).ToDictionary(static entry => entry.Partition.Value, static entry => entry.Offset.Value);
    }

    /// <summary>Commits an offset of partition 0 for the group, as someone outside it would.</summary>
    public void Commit(long offset)
    {
        using var writer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = _address, GroupId = Group, EnableAutoCommit = false }).Build();
        writer.Commit([new(Topic, 0, offset)]);
    }

    public static async Task UntilAsync(Func<bool> condition, Func<string> seen)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"Waited {Patience.TotalSeconds} s in vain; seen: {seen()}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public Task UntilHandledAsync(int count) => UntilAsync(() => Handled.Count >= count, () => $"{Handled.Count} of {count} handled; {Describe()}");

    public static CancellationToken In(TimeSpan time) => new CancellationTokenSource(time).Token;

    public string Describe() => string.Join(" | ", _consumers.Select(static consumer => Describe(consumer.Snapshot())));

    public async ValueTask DisposeAsync()
    {
        foreach (var consumer in _consumers)
        {
            await consumer.DisposeAsync();
        }

        _producer.Dispose();
    }

    private static string Describe(ConsumerSnapshot snapshot) =>
        $"{snapshot.State}, turned {snapshot.SinceLastTurn.TotalSeconds:0.0} s ago, settled {snapshot.Settled}, in flight {snapshot.InFlight}, error {snapshot.LastError ?? "none"}, fault {snapshot.Fault?.Message ?? "none"}, " +
        string.Join(' ', snapshot.Partitions.Select(static partition => $"{partition.Partition}@{partition.Watermark}/{partition.Committed}+{partition.Buffered}"));
}
