using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;

namespace Headrace.Cli.Tests;

/// <summary>A broker that is killed under load, again and again, and started in the same folder on the same port.</summary>
public sealed class KillTests : IDisposable
{
    private const string Topic = "t";
    private const string ClassicGroup = "classic";
    private const string ConsumerGroup = "consumer";
    private const int Partitions = 3;
    private static readonly int Rounds = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is null ? 5 : 200;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("headrace-kill-").FullName;
    private readonly string _port = FreePort();
    private readonly ConcurrentDictionary<int, TopicPartitionOffset> _acknowledged = new();
    private readonly ConcurrentDictionary<(string Group, TopicPartition Partition), long> _committed = new();
    private int _lastSent;

    private string Address => $"127.0.0.1:{_port}";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task No_acknowledged_record_is_lost_none_is_there_twice_transactions_are_whole_and_commits_survive()
    {
        using var load = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var transactions = new TransactionLoad(Address, "transactions", Partitions);
        List<Task> running = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var (broker, _) = await CommandProcess.StartAsync("dev", "--port", _port, "--data", _folder, "--partitions", $"{Partitions}");
            await using (broker)
            {
                if (round == 0)
                {
                    running =
                    [
                        Task.Run(() => ProduceAsync(load.Token), CancellationToken.None),
                        Task.Run(() => Consume(ClassicGroup, GroupProtocol.Classic, load.Token), CancellationToken.None),
                        Task.Run(() => Consume(ConsumerGroup, GroupProtocol.Consumer, load.Token), CancellationToken.None),
                        Task.Run(() => transactions.Run(load.Token), CancellationToken.None),
                    ];
                }

                var before = Progress();
                await UntilAsync(() => Progress().Zip(before, (now, then) => now > then).All(goesOn => goesOn) && _acknowledged.Count > before[0] + 200, running);
                if (round < Rounds)
                {
                    await broker.KillAsync();
                    continue;
                }

                await load.CancelAsync();
                await Task.WhenAll(running);
                AssertAllThere();
                transactions.AssertAllOrNothing();
                TestContext.Current.SendDiagnosticMessage(
                    "{0} kills, {1} records and {2} transactions acknowledged.", Rounds, _acknowledged.Count, transactions.Committed);
            }
        }

        long[] Progress() => [_acknowledged.Count, CommittedOf(ClassicGroup), CommittedOf(ConsumerGroup), transactions.Committed];
    }

    private async Task ProduceAsync(CancellationToken ending)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig
        {
            BootstrapServers = Address,
            EnableIdempotence = true,
            LingerMs = 1,
            ReconnectBackoffMs = 10,
            ReconnectBackoffMaxMs = 100,
            RetryBackoffMs = 10,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        while (!ending.IsCancellationRequested)
        {
            var sent = Enumerable.Range(0, 20).Select(async _ =>
            {
                var number = Interlocked.Increment(ref _lastSent);
                var stored = await producer.ProduceAsync(
                    new TopicPartition(Topic, number % Partitions), new Message<Null, string> { Value = number.ToString(CultureInfo.InvariantCulture) }, CancellationToken.None);
                _acknowledged[number] = stored.TopicPartitionOffset;
            });
            await Task.WhenAll(sent);
        }
    }

    private long CommittedOf(string group) => _committed.Where(commit => commit.Key.Group == group).Sum(commit => commit.Value);

    // Commits on its own, so that a commit is known to have been acknowledged.
    private void Consume(string group, GroupProtocol protocol, CancellationToken ending)
    {
        using var consumer = Consumer(group, protocol);
        consumer.Subscribe(Topic);
        while (!ending.IsCancellationRequested)
        {
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record)
                {
                    consumer.Commit([new TopicPartitionOffset(record.TopicPartition, record.Offset + 1)]);
                    _committed[(group, record.TopicPartition)] = record.Offset + 1;
                }
            }
            catch (KafkaException)
            {
                // The broker is away, or the group has to form again.
            }
        }
    }

    private void AssertAllThere()
    {
        using var consumer = Consumer(ClassicGroup, GroupProtocol.Classic);
        var found = new Dictionary<int, TopicPartitionOffset>();
        for (var partition = 0; partition < Partitions; partition++)
        {
            var end = consumer.QueryWatermarkOffsets(new TopicPartition(Topic, partition), Deadline).High.Value;
            consumer.Assign(new TopicPartitionOffset(Topic, partition, 0));
            for (var offset = -1L; offset < end - 1;)
            {
                var record = consumer.Consume(Deadline);
                Assert.True(found.TryAdd(int.Parse(record.Message.Value, CultureInfo.InvariantCulture), record.TopicPartitionOffset), $"{record.Message.Value} is there twice");
                offset = record.Offset.Value;
            }
        }

        Assert.DoesNotContain(_acknowledged, sent => found.GetValueOrDefault(sent.Key) != sent.Value);
        Assert.Equal(_lastSent, found.Count);
        foreach (var group in _committed.GroupBy(commit => commit.Key.Group))
        {
            using var member = Consumer(group.Key, GroupProtocol.Classic);
            foreach (var (commit, offset) in group)
            {
                var stored = member.Committed([commit.Partition], Deadline)[0].Offset.Value;
                Assert.InRange(stored, offset, consumer.QueryWatermarkOffsets(commit.Partition, Deadline).High.Value);
            }
        }
    }

    private IConsumer<Null, string> Consumer(string group, GroupProtocol protocol) => new ConsumerBuilder<Null, string>(new ConsumerConfig
    {
        BootstrapServers = Address,
        GroupId = group,
        GroupProtocol = protocol,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoCommit = false,
        AllowAutoCreateTopics = true,
        ReconnectBackoffMs = 10,
        ReconnectBackoffMaxMs = 100,
        TopicMetadataRefreshIntervalMs = 500,
    }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    private static async Task UntilAsync(Func<bool> condition, IReadOnlyList<Task> running)
    {
        var before = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.DoesNotContain(running, task => task.IsFaulted);
            Assert.True(TimeProvider.System.GetElapsedTime(before) < Deadline, "The load does not go on.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static string FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
    }
}
