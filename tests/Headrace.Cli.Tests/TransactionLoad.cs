using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;

namespace Headrace.Cli.Tests;

/// <summary>
/// Transactions one after another, each of a record per partition and an offset of a group; every third is aborted. It knows of each whether it was committed, aborted, or
/// may be either because the producer had to be replaced before its end was answered.
/// </summary>
internal sealed class TransactionLoad(string address, string topic, int partitions)
{
    private const string Group = "transactions";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<int, bool?> _outcomes = new();

    /// <summary>How many are known to be committed.</summary>
    public int Committed => _outcomes.Count(outcome => outcome.Value == true);

    public void Run(CancellationToken ending)
    {
        using var member = new ConsumerBuilder<Null, string>(Quiet(new ConsumerConfig { GroupId = Group })).SetLogHandler((_, _) => { }).Build();
        for (var number = 0; !ending.IsCancellationRequested;)
        {
            using var producer = Begin();
            try
            {
                while (!ending.IsCancellationRequested)
                {
                    number++;
                    RunOne(producer, member.ConsumerGroupMetadata, number);
                }
            }
            catch (KafkaException)
            {
                // Its end is not known, or it was not begun. The next producer of this id fences this one and ends what it left open.
                _outcomes.TryAdd(number, null);
            }
        }
    }

    /// <summary>All or nothing of each transaction, the offset among it, and nothing but what was sent.</summary>
    public void AssertAllOrNothing()
    {
        using var reader = new ConsumerBuilder<Null, string>(Quiet(new ConsumerConfig { GroupId = Group, IsolationLevel = IsolationLevel.ReadCommitted, EnablePartitionEof = true }))
            .SetLogHandler((_, _) => { }).Build();
        var found = new List<int>();
        for (var partition = 0; partition < partitions; partition++)
        {
            reader.Assign(new TopicPartitionOffset(topic, partition, 0));
            while (reader.Consume(Deadline) is { IsPartitionEOF: false } record)
            {
                found.Add(int.Parse(record.Message.Value, CultureInfo.InvariantCulture));
            }
        }

        var copies = found.CountBy(number => number).ToDictionary();
        Assert.All(copies, number => Assert.Equal(partitions, number.Value));
        Assert.All(_outcomes.Where(outcome => outcome.Value is not null), outcome => Assert.Equal(outcome.Value, copies.ContainsKey(outcome.Key)));
        Assert.Subset(_outcomes.Keys.ToHashSet(), copies.Keys.ToHashSet());

        var stored = reader.Committed([new TopicPartition(topic, 0)], Deadline)[0].Offset.Value;
        Assert.Equal(copies.Keys.Max(), stored);
    }

    private void RunOne(IProducer<Null, string> producer, IConsumerGroupMetadata group, int number)
    {
        producer.BeginTransaction();
        for (var partition = 0; partition < partitions; partition++)
        {
            producer.Produce(new TopicPartition(topic, partition), new Message<Null, string> { Value = number.ToString(CultureInfo.InvariantCulture) });
        }

        Insist(() => producer.SendOffsetsToTransaction([new TopicPartitionOffset(topic, 0, number)], group, Deadline));
        var commits = number % 3 != 0;
        Insist(() =>
        {
            if (commits)
            {
                producer.CommitTransaction(Deadline);
            }
            else
            {
                producer.AbortTransaction(Deadline);
            }
        });
        _outcomes[number] = commits;
    }

    private IProducer<Null, string> Begin()
    {
        var settings = new ProducerConfig
        {
            BootstrapServers = address,
            TransactionalId = "load",
            LingerMs = 1,
            ReconnectBackoffMs = 10,
            ReconnectBackoffMaxMs = 100,
            RetryBackoffMs = 10,
            TransactionTimeoutMs = 30_000,
            MessageTimeoutMs = 30_000,
        };
        var producer = new ProducerBuilder<Null, string>(settings).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        try
        {
            Insist(() => producer.InitTransactions(Deadline));
            return producer;
        }
        catch
        {
            producer.Dispose();
            throw;
        }
    }

    // What the library calls retriable has to be called again, until it is done.
    private static void Insist(Action call)
    {
        while (true)
        {
            try
            {
                call();
                return;
            }
            catch (KafkaRetriableException)
            {
                // Once more.
            }
        }
    }

    private ConsumerConfig Quiet(ConsumerConfig settings)
    {
        settings.BootstrapServers = address;
        settings.EnableAutoCommit = false;
        settings.ReconnectBackoffMs = 10;
        settings.ReconnectBackoffMaxMs = 100;
        return settings;
    }
}
