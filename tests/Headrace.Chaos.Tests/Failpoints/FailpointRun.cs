using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Headrace.Chaos.Members;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Chaos;

/// <summary>A group with one member, which fails and is killed on the way; each next one goes on where it was.</summary>
internal sealed class FailpointRun : IAsyncDisposable
{
    private const int Partitions = 2;
    private const int HealthyKeys = 5;
    private const int PerKey = 4;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _folder;
    private readonly BrokerUnderChaos _broker;
    private readonly FailureWay _way;
    private readonly string _copies;
    private readonly TcpProxy _proxy;
    private readonly FailpointGate _gate;
    private readonly RecordProducer _producer;
    private readonly ClusterAdmin _admin;
    private readonly DeadLetters _letters;
    private readonly List<MemberProcess> _members = [];
    private readonly List<(string Key, long Sequence)> _records = [];

    private FailpointRun(DirectoryInfo folder, BrokerUnderChaos broker, FailureWay way, string copies)
    {
        (_folder, _broker, _way, _copies) = (folder, broker, way, copies);
        var settings = Member.ClientSettings(broker.Address);
        (_proxy, _producer, _admin) = (new(broker.Address), new(settings, NullLoggerFactory.Instance), new(settings, NullLoggerFactory.Instance));
        (_gate, _letters) = (new(_proxy, way == FailureWay.Transaction), new(settings, NullLoggerFactory.Instance));
    }

    public string Group { get; } = $"failing-{Guid.NewGuid():N}"[..20];

    public string Topic => Group;

    /// <summary>What was handled to its end, in this order.</summary>
    public IReadOnlyList<(string Key, long Sequence)> Finished => [.. Lines(HandledLine.Finished)];

    /// <summary>What the handler threw for.</summary>
    public IReadOnlyList<(string Key, long Sequence)> Failed => [.. Lines(HandledLine.Failed)];

    /// <summary>What was produced.</summary>
    public IReadOnlyList<(string Key, long Sequence)> Produced => _records;

    /// <summary>How often each record was begun.</summary>
    public IReadOnlyDictionary<(string Key, long Sequence), int> Begun => Lines(HandledLine.Started).CountBy(static record => record).ToDictionary();

    public string Output => string.Join('\n', _members.Select(static one => $"── {one.Name}\n{one.Output}"));

    /// <param name="way">What the group does with what fails.</param>
    /// <param name="copies">The suffix of the topic at whose copies it is killed.</param>
    public static async Task<FailpointRun> StartAsync(FailureWay way, string copies)
    {
        var folder = Directory.CreateTempSubdirectory("headrace-failpoints-");
        var run = new FailpointRun(folder, await BrokerUnderChaos.StartAsync(Path.Combine(folder.FullName, "broker")), way, copies);
        await run._admin.CreateTopicsAsync([new(run.Topic, Partitions, 1)], TestContext.Current.CancellationToken);
        run.StartMember();
        return run;
    }

    /// <summary>Produces a key that fails, among others; kills the member when it is there; and lets the next one finish all that can be.</summary>
    public async Task KillAtAsync(Failpoint failpoint)
    {
        var byLog = failpoint == Failpoint.AfterAcknowledgement && _way != FailureWay.Transaction;
        var member = _members[^1];
        var reached = byLog ? Task.CompletedTask : _gate.Arm(failpoint, $"{Topic}.{Group}{_copies}");
        if (byLog)
        {
            member.Order(FailingMember.StandStill);
        }

        var round = _members.Count;
        await ProduceAsync($"{FailingMember.Poison}-{round}-{failpoint}", Enumerable.Range(0, HealthyKeys).Select(key => $"healthy-{round}-{key}"));
        await UntilAsync($"it is at {failpoint}", () => new(reached.IsCompleted && (!byLog || member.Lines.Any(static line => line.What == HandledLine.Acknowledged))));
        await member.KillAsync();
        _gate.Open();
        StartMember();
        await SettleAsync();
    }

    /// <summary>From now on everything can be handled, and what is dead is redriven.</summary>
    public async Task HealAsync()
    {
        _members[^1].Order(FailingMember.Heal);
        await _letters.RedriveAsync(Group, cancellation: TestContext.Current.CancellationToken);
        await UntilAsync("all is handled", () => new(_records.Except(Finished).Any() is false));
        await SettleAsync();
    }

    /// <summary>Lets the last member leave in order.</summary>
    public Task EndAsync() => _members[^1].LeaveAsync();

    public async Task<long> DepthAsync() => (await _letters.ListAsync(Group, TestContext.Current.CancellationToken)).Sum(static letters => letters.Depth);

    /// <summary>The copies that readers of what is committed see, by key, of the first record of each poisoned key. Notes have no value.</summary>
    public IReadOnlyDictionary<string, int> Copies()
    {
        using var consumer = new ConsumerBuilder<string, string?>(new ConsumerConfig
        {
            BootstrapServers = _broker.Address, GroupId = $"reader-{Group}", EnablePartitionEof = true, IsolationLevel = IsolationLevel.ReadCommitted,
        }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset($"{Topic}.{Group}{_copies}", partition, Offset.Beginning)));
        var copies = new List<string>();
        for (var ends = 0; ends < Partitions;)
        {
            var result = consumer.Consume(Deadline) ?? throw new TimeoutException("The copies were not read to their end.");
            ends += result.IsPartitionEOF ? 1 : 0;
            if (result.Message is { Value: "0" } copy)
            {
                copies.Add(copy.Key);
            }
        }

        return copies.CountBy(static key => key).ToDictionary();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        await _proxy.DisposeAsync();
        await _producer.DisposeAsync();
        _admin.Dispose();
        _letters.Dispose();
        await _broker.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private IEnumerable<(string Key, long Sequence)> Lines(char what) =>
        _members.SelectMany(static member => member.Lines).Where(line => line.What == what).Select(static line => (line.Record.Key, line.Record.Sequence));

    private void StartMember() =>
        _members.Add(new($"member-{_members.Count + 1}", _folder.FullName, _proxy.Address, Topic, Group, Program.FailingMemberVerb, _way.ToString()));

    private async Task ProduceAsync(string poison, IEnumerable<string> healthy)
    {
        foreach (var (key, sequence) in healthy.Prepend(poison).SelectMany(static key => Enumerable.Range(0, PerKey).Select(sequence => (key, (long)sequence))))
        {
            await _producer.ProduceAsync(new(Topic, key, Encoding.ASCII.GetBytes(sequence.ToString(CultureInfo.InvariantCulture))), TestContext.Current.CancellationToken);
            _records.Add((key, sequence));
        }
    }

    // What is parked behind a dead record stays.
    private Task SettleAsync() => UntilAsync("everything is committed", async () =>
    {
        string[] topics = _way == FailureWay.RetryTopic ? [Topic, $"{Topic}.{Group}{_copies}"] : [Topic];
        var committed = await _admin.CommittedOffsetsAsync(Group, TestContext.Current.CancellationToken);
        var ends = await _admin.EndOffsetsAsync(topics, TestContext.Current.CancellationToken);
        return ends.All(end => end.Value == 0 || committed.GetValueOrDefault(end.Key) >= end.Value);
    });

    private async Task UntilAsync(string what, Func<ValueTask<bool>> condition)
    {
        var before = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.False(_members[^1].HasExited, $"{_members[^1].Name} has ended by itself.\n{Output}");
            Assert.True(Stopwatch.GetElapsedTime(before) < Deadline, $"After {Deadline.TotalSeconds} s still not: {what}.\n{Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
