using System.Collections.Concurrent;
using Confluent.Kafka;

namespace Headrace.Conformance.Tests.Testing;

/// <summary>A member of a group that polls on a thread of its own, commits what it read, and notes what it was assigned.</summary>
internal sealed class Member : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly IConsumer<string, string?> _consumer;
    private readonly Task _polling;
    private volatile int[] _assigned = [];
    private volatile int _changes;

    public Member(Cluster cluster, string group, string topic, Action<ConsumerConfig> change)
    {
        _consumer = cluster.NewConsumer(group, config =>
        {
            change(config);
            config.EnableAutoCommit = true;
            config.AutoCommitIntervalMs = 100;
        }).Build();
        _consumer.Subscribe(topic);
        _polling = Task.Run(Poll);
    }

    public ConcurrentQueue<string> Values { get; } = [];

    public int[] Assigned => _assigned;

    /// <summary>How often its assignment became another.</summary>
    public int Changes => _changes;

    public void Dispose()
    {
        _ending.Cancel();
        _polling.Wait(TimeSpan.FromSeconds(30));
        _consumer.Close();
        _consumer.Dispose();
        _ending.Dispose();
    }

    private void Poll()
    {
        while (!_ending.IsCancellationRequested)
        {
            if (_consumer.Consume(TimeSpan.FromMilliseconds(20)) is { Message.Value: { } value })
            {
                Values.Enqueue(value);
            }

            int[] assigned = [.. _consumer.Assignment.Select(partition => partition.Partition.Value).Order()];
            if (!assigned.SequenceEqual(_assigned))
            {
                _assigned = assigned;
                Interlocked.Increment(ref _changes);
            }
        }
    }
}
