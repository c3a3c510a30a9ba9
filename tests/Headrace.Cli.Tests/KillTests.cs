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
    private const int Partitions = 3;
    private static readonly int Rounds = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is null ? 5 : 200;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("headrace-kill-").FullName;
    private readonly string _port = FreePort();
    private readonly ConcurrentDictionary<int, TopicPartitionOffset> _acknowledged = new();
    private readonly ConcurrentDictionary<TopicPartition, long> _committed = new();
    private int _lastSent;

    private string Address => $"127.0.0.1:{_port}";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task No_acknowledged_record_is_lost_none_is_there_twice_and_commits_survive()
    {
        using var load = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task producing = Task.CompletedTask, consuming = Task.CompletedTask;
        for (var round = 0; round <= Rounds; round++)
        {
            var (broker, _) = await CommandProcess.StartAsync("dev", "--port", _port, "--data", _folder, "--partitions", $"{Partitions}");
            await using (broker)
            {
                if (round == 0)
                {
                    producing = Task.Run(() => ProduceAsync(load.Token), CancellationToken.None);
                    consuming = Task.Run(() => ConsumeAsync(load.Token), CancellationToken.None);
                }

                var (sent, committed) = (_acknowledged.Count, _committed.Values.Sum());
                await UntilAsync(() => _acknowledged.Count > sent + 200 && (round == 0 || _committed.Values.Sum() > committed), [producing, consuming]);
                if (round < Rounds)
                {
                    await broker.KillAsync();
                    continue;
                }

                await load.CancelAsync();
                await Task.WhenAll(producing, consuming);
                AssertAllThere();
            }
        }
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

    // Commits on its own, so that a commit is known to have been acknowledged.
    private void ConsumeAsync(CancellationToken ending)
    {
        using var consumer = Consumer();
        consumer.Subscribe(Topic);
        while (!ending.IsCancellationRequested)
        {
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record)
                {
                    consumer.Commit([new TopicPartitionOffset(record.TopicPartition, record.Offset + 1)]);
                    _committed[record.TopicPartition] = record.Offset + 1;
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
        using var consumer = Consumer();
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
        foreach (var (partition, committed) in _committed)
        {
            var stored = consumer.Committed([partition], Deadline)[0].Offset.Value;
            Assert.InRange(stored, committed, consumer.QueryWatermarkOffsets(partition, Deadline).High.Value);
        }
    }

    private IConsumer<Null, string> Consumer() => new ConsumerBuilder<Null, string>(new ConsumerConfig
    {
        BootstrapServers = Address,
        GroupId = "g",
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
