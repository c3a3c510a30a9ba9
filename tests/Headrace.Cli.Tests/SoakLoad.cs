using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Headrace.Cli.Tests;

/// <summary>
/// What an ordinary system does to a broker: an idempotent producer and a transactional one, members of a group of each protocol that come and go, and a reader without a group that sees every number of the
/// idempotent producer once and in order, whatever fails.
/// </summary>
internal sealed class SoakLoad(string address) : IDisposable
{
    private const string Topic = "numbers";
    private const int Partitions = 3;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _ending = new();
    private readonly TransactionLoad _transactions = new(address, "transactions", Partitions);
    private List<Task> _running = [];
    private long _produced;
    private long _followed;
    private long _classic;
    private long _consumer;

    public async Task StartAsync()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = address }).Build();
        var retention = new Dictionary<string, string> { ["retention.ms"] = "120000", ["segment.ms"] = "10000" };
        await admin.CreateTopicsAsync([.. new[] { Topic, "transactions" }.Select(name => new TopicSpecification { Name = name, NumPartitions = Partitions, ReplicationFactor = 1, Configs = retention })]);
        _running =
        [
            Task.Run(() => ProduceAsync(_ending.Token), CancellationToken.None),
            Task.Run(() => Follow(_ending.Token), CancellationToken.None),
            Task.Run(() => Consume(GroupProtocol.Classic, () => Interlocked.Increment(ref _classic), _ending.Token), CancellationToken.None),
            Task.Run(() => Consume(GroupProtocol.Consumer, () => Interlocked.Increment(ref _consumer), _ending.Token), CancellationToken.None),
            Task.Run(() => _transactions.Run(_ending.Token), CancellationToken.None),
        ];
    }

    public void AssertRuns() => Assert.All(_running, task => Assert.False(task.IsFaulted, task.Exception?.ToString()));

    /// <summary>Every part of the load makes progress, and ends well.</summary>
    public async Task AssertGoesOnAsync()
    {
        var before = Progress();
        await CommandProcess.UntilAsync(() => _running.Exists(task => task.IsFaulted) || Progress().Zip(before, (now, then) => now > then).All(goesOn => goesOn), "the load goes on");
        await _ending.CancelAsync();
        await Task.WhenAll(_running);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_produced} produced, {_followed} followed, {_classic} and {_consumer} consumed, {_transactions.Committed} transactions");

    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }

    private long[] Progress() => [_produced, _followed, _classic, _consumer, _transactions.Committed];

    private async Task ProduceAsync(CancellationToken ending)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig
        {
            BootstrapServers = address,
            EnableIdempotence = true,
            LingerMs = 1,
            SocketTimeoutMs = 5_000,
            ReconnectBackoffMs = 10,
            ReconnectBackoffMaxMs = 100,
            RetryBackoffMs = 10,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        for (var number = 0; !ending.IsCancellationRequested; number++)
        {
            var value = string.Create(CultureInfo.InvariantCulture, $"{number} {new string('x', 500)}");
            await Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition =>
                producer.ProduceAsync(new TopicPartition(Topic, partition), new Message<Null, string> { Value = value }, CancellationToken.None)));
            Interlocked.Increment(ref _produced);
            await Task.Delay(Beat, TimeProvider.System, CancellationToken.None);
        }
    }

    private void Follow(CancellationToken ending)
    {
        using var consumer = Consumer("follower", GroupProtocol.Classic);
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(Topic, partition, 0)));
        var next = new int[Partitions];
        while (!ending.IsCancellationRequested)
        {
            if (Next(consumer) is { } record)
            {
                var number = int.Parse(record.Message.Value.Split(' ')[0], CultureInfo.InvariantCulture);
                Assert.Equal(next[record.Partition.Value], number);
                next[record.Partition.Value]++;
                Interlocked.Increment(ref _followed);
            }
        }
    }

    // A member stays for some hundred records; what a group leaves behind with each would be seen.
    private void Consume(GroupProtocol protocol, Action onRecord, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            using var consumer = Consumer(protocol == GroupProtocol.Classic ? "classic" : "consumer", protocol);
            consumer.Subscribe(Topic);
            for (var left = 500; left > 0 && !ending.IsCancellationRequested;)
            {
                if (Next(consumer) is null)
                {
                    continue;
                }

                left--;
                onRecord();
                if (left % 50 == 0)
                {
                    TryCommit(consumer);
                }
            }

            consumer.Close();
        }
    }

    private static ConsumeResult<Null, string>? Next(IConsumer<Null, string> consumer)
    {
        try
        {
            return consumer.Consume(TimeSpan.FromMilliseconds(100));
        }
        catch (ConsumeException)
        {
            // What was corrupt, or an error that passes.
            return null;
        }
    }

    private static void TryCommit(IConsumer<Null, string> consumer)
    {
        try
        {
            consumer.Commit();
        }
        catch (KafkaException)
        {
            // The next one counts.
        }
    }

    private IConsumer<Null, string> Consumer(string name, GroupProtocol protocol) => new ConsumerBuilder<Null, string>(new ConsumerConfig
    {
        BootstrapServers = address,
        ClientId = name,
        GroupId = name,
        GroupProtocol = protocol,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoCommit = false,
        CheckCrcs = true,
        SocketTimeoutMs = 5_000,
        ReconnectBackoffMs = 10,
        ReconnectBackoffMaxMs = 100,
    }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
}
