using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Headrace.Tests.Hosting;
using Headrace.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headrace.Tests.Failures;

/// <summary>What a key sees while records fail by chance, members come and go by chance, and somebody redrives by chance.</summary>
public sealed class OrderKeptUnderRebalancesTests(KafkaUnderTest kafka)
{
    private const int Partitions = 4;
    private const int Keys = 12;
    private const int Steps = 8;
    private const int PerStep = 3;
    private const int MostMembers = 3;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly int[] Lossy = [1006, 1007, 1010, 1021];
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is { Length: > 0 };

    private readonly ConcurrentDictionary<string, ConcurrentQueue<int>> _seen = new();
    private readonly ConcurrentDictionary<(string Key, int Number), int> _failures = new();
    private readonly List<Application> _members = [];
    private readonly List<Lines> _logs = [];
    private readonly List<string> _script = [];

    /// <summary>The plain suite has one seed, <c>./test --long</c> twenty, and others every time.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(IsLong ? Environment.TickCount : 6, IsLong ? 20 : 1)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_a_key_sees_is_in_the_origins_order_while_members_come_and_go(int seed)
    {
        var (topic, group, random) = (await kafka.CreateTopicAsync(Partitions), kafka.NewName("group"), new Random(seed));
        using var letters = new DeadLetters(kafka.ClientSettings, NullLoggerFactory.Instance);
        await JoinAsync(topic, group);
        for (var step = 0; step < Steps; step++)
        {
            await ProduceAsync(random, step);
            await DisturbAsync(random, letters, topic, group);
        }

        await UntilAllAreSeenAsync(seed, letters, group);
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        Assert.All(_seen, key => Assert.True(Enumerable.Range(0, Steps * PerStep).SequenceEqual(key.Value.Distinct()), Told(seed)));
        // Nobody crashed, so nothing came twice, unless a machine that stands still cost somebody the session or a commit.
        Assert.True(Losses().Any() || _seen.All(static key => key.Value.Count == Steps * PerStep), Told(seed));
    }

    private async Task ProduceAsync(Random random, int step)
    {
        for (var number = step * PerStep; number < (step + 1) * PerStep; number++)
        {
            for (var key = 0; key < Keys; key++)
            {
                // Three tries, then it is dead; with four to six it fails after a redrive too.
                _failures[($"k{key}", number)] = random.Next(6) == 0 ? random.Next(1, 7) : 0;
                await _members[0].Producer<OrderPlaced>().ProduceAsync(new($"k{key}", number), cancellation: TestContext.Current.CancellationToken);
            }
        }
    }

    private async Task DisturbAsync(Random random, DeadLetters letters, string topic, string group)
    {
        switch (random.Next(4))
        {
            case 0 when _members.Count < MostMembers:
                _script.Add($"a member joins ({_seen.Sum(key => key.Value.Count)} seen)");
                await JoinAsync(topic, group);
                break;
            case 0 or 1 when _members.Count > 1:
                _script.Add("a member leaves");
                await LeaveAsync(random.Next(_members.Count));
                break;
            case 2:
                _script.Add("a member is restarted");
                var leaving = LeaveAsync(random.Next(_members.Count));
                await JoinAsync(topic, group);
                await leaving;
                break;
            default:
                _script.Add($"{await RedriveAsync(letters, group)} are redriven");
                break;
        }
    }

    private async Task JoinAsync(string topic, string group)
    {
        var app = new Application(kafka.Address);
        app.Headrace.AddProducer<OrderPlaced>(topic, key: order => order.OrderId);
        app.Headrace.Map(topology => topology.MapConsumerGroup(group)
            .WithWorkers(4)
            .WithOrderKept()
            .WithRetryTopics(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(60))
            .WithFailurePolicy(policy => policy.Attempts = 1)
            .MapTopic(topic).On((OrderPlaced order) => Handle(order.OrderId, (int)order.Total)));
        await app.StartAsync();
        _members.Add(app);
        _logs.Add(app.Log);
    }

    private async Task LeaveAsync(int index)
    {
        var member = _members[index];
        _members.RemoveAt(index);
        await member.DisposeAsync();
    }

    private static async Task<long> RedriveAsync(DeadLetters letters, string group) =>
        (await letters.ListAsync(group)) is [] ? 0 : (await letters.RedriveAsync(group, cancellation: TestContext.Current.CancellationToken)).Done;

    private async Task UntilAllAreSeenAsync(int seed, DeadLetters letters, string group)
    {
        var (last, before) = (Stopwatch.GetTimestamp(), 0);
        for (var seen = 0; seen < Keys * Steps * PerStep; seen = _seen.Sum(key => key.Value.Distinct().Count()))
        {
            (last, before) = seen > before ? (Stopwatch.GetTimestamp(), seen) : (last, before);
            Assert.True(Stopwatch.GetElapsedTime(last) < Deadline, $"Nothing more is handled. {Told(seed)}");
            await RedriveAsync(letters, group);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    // Lost, abandoned, a commit that was refused, lost while it was given up.
    private IEnumerable<string> Losses() => _logs.SelectMany(static log => log.All).Where(static line => Lossy.Any(id => line.Contains($"Headrace.Consuming[{id}]", StringComparison.Ordinal)));

    private string Told(int seed) =>
        $"Seed {seed.ToString(CultureInfo.InvariantCulture)}: {string.Join("; ", _script)}. {string.Join("; ", _seen.Select(key => $"{key.Key}: {string.Join(' ', key.Value)}"))}. {string.Join('\n', _logs.SelectMany((log, member) => log.All.Where(static line => line.Contains("Headrace.", StringComparison.Ordinal)).Select(line => $"{member}: {line}")))}";

    private void Handle(string key, int number)
    {
        if (_failures.AddOrUpdate((key, number), 0, (_, left) => left - 1) >= 0)
        {
            throw new InvalidOperationException("not yet");
        }

        _seen.GetOrAdd(key, _ => new()).Enqueue(number);
    }
}
