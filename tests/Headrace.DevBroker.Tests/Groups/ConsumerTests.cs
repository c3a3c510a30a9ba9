using Confluent.Kafka;
using Headrace.Broker.Tests.Testing;

namespace Headrace.Broker.Tests.Groups;

/// <summary>Consumers of the usual client share a topic, hand partitions over and come back. On both brokers.</summary>
public sealed class ConsumerTests(BrokerUnderTest broker) : IDisposable
{
    private readonly string _group = BrokerUnderTest.NewGroup();
    private readonly List<GroupConsumer> _consumers = [];

    public void Dispose() => _consumers.ForEach(consumer => consumer.Dispose());

    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.RoundRobin)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task Two_share_the_partitions_and_the_one_that_stays_takes_them_all(PartitionAssignmentStrategy strategy)
    {
        var first = Start(strategy);
        await first.UntilAsync(assigned => assigned.Count == BrokerUnderTest.Partitions);
        var second = Start(strategy);
        await second.UntilAsync(assigned => assigned.Count == 2);
        await first.UntilAsync(assigned => assigned.Count == 2);
        Assert.Empty(first.Assigned.Intersect(second.Assigned));

        second.Stop();
        await first.UntilAsync(assigned => assigned.Count == BrokerUnderTest.Partitions);
    }

    [Fact]
    public async Task Cooperative_members_keep_what_they_do_not_hand_over()
    {
        var first = Start(PartitionAssignmentStrategy.CooperativeSticky);
        await first.UntilAsync(assigned => assigned.Count == BrokerUnderTest.Partitions);
        var second = Start(PartitionAssignmentStrategy.CooperativeSticky);
        await second.UntilAsync(assigned => assigned.Count == 2);

        Assert.Equal(2, first.Revoked);
        Assert.Equal(0, second.Revoked);
    }

    [Fact]
    public async Task A_consumer_that_closed_is_back_within_a_second_and_where_it_was()
    {
        var first = Start(PartitionAssignmentStrategy.Range);
        await first.UntilAsync(assigned => assigned.Count == BrokerUnderTest.Partitions);
        first.Commit(partition: 1, offset: 42);
        first.Stop();

        var started = TimeProvider.System.GetTimestamp();
        var second = Start(PartitionAssignmentStrategy.Range);
        await second.UntilAsync(assigned => assigned.Count == BrokerUnderTest.Partitions);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(42, second.Committed(partition: 1));
    }

    [Fact]
    public async Task A_static_consumer_restarts_without_the_others_noticing()
    {
        var first = Start(PartitionAssignmentStrategy.CooperativeSticky, "a");
        var second = Start(PartitionAssignmentStrategy.CooperativeSticky, "b");
        await first.UntilAsync(assigned => assigned.Count == 2);
        await second.UntilAsync(assigned => assigned.Count == 2);
        var (kept, rounds) = (second.Assigned, first.Rounds);
        second.Stop();

        var renewed = Start(PartitionAssignmentStrategy.CooperativeSticky, "b");
        await renewed.UntilAsync(assigned => assigned.Count == 2);
        Assert.Equal(kept.Order(), renewed.Assigned.Order());
        Assert.Equal(rounds, first.Rounds);
    }

    private GroupConsumer Start(PartitionAssignmentStrategy strategy, string? instance = null)
    {
        var consumer = new GroupConsumer(broker, _group, strategy, instance);
        _consumers.Add(consumer);
        return consumer;
    }

    /// <summary>A consumer that polls on a task of its own and remembers what it was assigned.</summary>
    private sealed class GroupConsumer : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly CancellationTokenSource _stopping = new();
        private readonly HashSet<int> _assigned = [];
        private readonly IConsumer<Ignore, Ignore> _consumer;
        private readonly string _topic;
        private readonly Task _polling;
        private int _revoked;
        private int _rounds;
        private bool _stopped;

        public GroupConsumer(BrokerUnderTest broker, string group, PartitionAssignmentStrategy strategy, string? instance)
        {
            _consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig
            {
                BootstrapServers = broker.Address,
                GroupId = group,
                GroupInstanceId = instance,
                PartitionAssignmentStrategy = strategy,
                EnableAutoCommit = false,
                HeartbeatIntervalMs = 100,
                SessionTimeoutMs = 10_000,
            }).SetPartitionsAssignedHandler((_, partitions) => Note(partitions.Count > 0 ? 1 : 0, () => _assigned.UnionWith(partitions.Select(each => each.Partition.Value))))
                .SetPartitionsRevokedHandler((_, partitions) => Note(1, () =>
                {
                    _revoked += partitions.Count;
                    _assigned.ExceptWith(partitions.Select(each => each.Partition.Value));
                }))
                .SetErrorHandler((_, _) => { })
                .SetLogHandler((_, _) => { })
                .Build();
            _topic = broker.Topic;
            _consumer.Subscribe(_topic);
            _polling = Task.Factory.StartNew(Poll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        public IReadOnlyList<int> Assigned
        {
            get
            {
                lock (_lock)
                {
                    return [.. _assigned];
                }
            }
        }

        /// <summary>How many partitions were taken away, ever.</summary>
        public int Revoked => Volatile.Read(ref _revoked);

        /// <summary>How often the assignment changed.</summary>
        public int Rounds => Volatile.Read(ref _rounds);

        public void Commit(int partition, long offset) => _consumer.Commit([new TopicPartitionOffset(_topic, partition, offset)]);

        public long Committed(int partition) =>
            _consumer.Committed([new TopicPartition(_topic, partition)], TimeSpan.FromSeconds(10)).Single().Offset.Value;

        public Task UntilAsync(Func<IReadOnlyList<int>, bool> holds) =>
            Eventually.TrueAsync("the consumer has the partitions it should", () => Task.FromResult(holds(Assigned)));

        /// <summary>Leaves; a static member keeps its seat.</summary>
        public void Stop()
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            _stopping.Cancel();
            _polling.Wait(TimeSpan.FromSeconds(30));
            _consumer.Dispose();
            _stopping.Dispose();
        }

        public void Dispose() => Stop();

        private void Poll()
        {
            try
            {
                while (true)
                {
                    _consumer.Consume(_stopping.Token);
                }
            }
            catch (OperationCanceledException)
            {
                _consumer.Close();
            }
        }

        private void Note(int rounds, Action change)
        {
            lock (_lock)
            {
                _rounds += rounds;
                change();
            }
        }
    }
}
