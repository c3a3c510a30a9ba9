namespace Headrace.Chaos;

/// <summary>What can happen to a run; a seed decides what does.</summary>
internal sealed class Disturbances
{
    private const int NotLeader = 6;
    private const int CoordinatorLoading = 14;
    private const int NotCoordinator = 16;
    private readonly ChaosRun _run;
    private readonly Random _random;
    private readonly List<Func<Task>> _kinds;
    private readonly Queue<Func<Task>> _next = new();

    public Disturbances(ChaosRun run, int seed)
    {
        (_run, _random) = (run, new(seed));
        _kinds = [KillAsync, FreezeAsync, LeaveAsync, PauseAsync, RescaleAsync];
        if (run.Broker.Faults is not null)
        {
            _kinds.AddRange([() => RestartAsync(crash: true), () => RestartAsync(crash: false), FailAsync, RebalanceAsync, ExpireAsync, OutageAsync]);
        }
    }

    /// <summary>How many different things can happen.</summary>
    public int Kinds => _kinds.Count;

    private MemberProcess AnyMember => _run.Living[_random.Next(_run.Living.Count)];

    private DevBrokerFaults Faults => _run.Broker.Faults!;

    /// <summary>One thing after the other, each as often as any other.</summary>
    public async Task NextAsync()
    {
        if (_next.Count == 0)
        {
            var kinds = _kinds.ToArray();
            _random.Shuffle(kinds);
            Array.ForEach(kinds, _next.Enqueue);
        }

        await _next.Dequeue()();
    }

    private async Task KillAsync()
    {
        var member = AnyMember;
        await _run.LoseAsync($"kill -9 {member.Name}", "kill", [member], member.KillAsync);
        _run.Replace(member);
    }

    // Longer than a session or shorter.
    private Task FreezeAsync()
    {
        var (member, seconds) = (AnyMember, _random.Next(1, 10));
        return _run.LoseAsync($"stop {member.Name} for {seconds} s", "stop", [member], async () =>
        {
            member.Freeze();
            await PassAsync(seconds);
            member.Thaw();
        });
    }

    private async Task LeaveAsync()
    {
        var member = AnyMember;
        await _run.DisturbAsync($"{member.Name} leaves", member.LeaveAsync);
        _run.Replace(member);
    }

    private Task PauseAsync()
    {
        var (member, partition, whole) = (AnyMember, _random.Next(ChaosRun.Partitions), _random.Next(2) == 0);
        var what = whole ? "" : $" {partition}";
        return _run.DisturbAsync($"{member.Name} pauses{what}", async () =>
        {
            member.Order($"pause{what}");
            await PassAsync(1);
            member.Order($"resume{what}");
        });
    }

    private Task RescaleAsync()
    {
        var (member, workers) = (AnyMember, _random.Next(1, 13));
        return _run.DisturbAsync($"{member.Name} has {workers} workers", () =>
        {
            member.Order($"workers {workers}");
            return Task.CompletedTask;
        });
    }

    // The sessions of a group do not outlive its broker.
    private Task RestartAsync(bool crash)
    {
        var seconds = _random.Next(3);
        return _run.LoseAsync($"the broker {(crash ? "crashes" : "restarts")}, {seconds} s", "broker restart", _run.Living, () => _run.Broker.RestartAsync(crash, TimeSpan.FromSeconds(seconds)));
    }

    private Task RebalanceAsync() => _run.DisturbAsync("a rebalance", () =>
    {
        Faults.Rebalance(_run.Group);
        return Task.CompletedTask;
    });

    private Task ExpireAsync() => _run.LoseAsync("all sessions end", "expiry", _run.Living, () =>
    {
        Faults.ExpireMembers(_run.Group);
        return Task.CompletedTask;
    });

    private Task OutageAsync() => _run.DisturbAsync("the network is a black hole for 2 s", async () =>
    {
        using var hole = _run.Broker.BlackHole();
        await PassAsync(2);
    });

    private Task FailAsync()
    {
        (string Name, Func<Fault> Add)[] faults =
        [
            ("fetches end in closed connections", () => Faults.On(KafkaApi.Fetch).Times(5).Close()),
            ("produces lose their replies", () => Faults.On(KafkaApi.Produce).Times(3).LoseReply()),
            ("produces are refused", () => Faults.On(KafkaApi.Produce).Times(5).Error(NotLeader)),
            ("fetches are slow", () => Faults.On(KafkaApi.Fetch).Times(20).Delay(TimeSpan.FromMilliseconds(300))),
            ("commits are refused", () => Faults.On(KafkaApi.OffsetCommit).Group(_run.Group).Times(5).Error(NotCoordinator)),
            ("commits lose their replies", () => Faults.On(KafkaApi.OffsetCommit).Group(_run.Group).Times(3).LoseReply()),
            ("committed offsets are not there yet, in a rebalance", () =>
            {
                var fault = Faults.On(KafkaApi.OffsetFetch).FromClient("headrace").Group(_run.Group).Times(5).Error(CoordinatorLoading);
                Faults.Rebalance(_run.Group);
                return fault;
            }),
        ];
        var (name, add) = faults[_random.Next(faults.Length)];

        // Where a commit is not known to be stored, a rebalance hands over less than was finished.
        return name.StartsWith("commits", StringComparison.Ordinal) ? _run.LoseAsync(name, "commit fault", _run.Living, FailForAWhileAsync) : _run.DisturbAsync(name, FailForAWhileAsync);

        async Task FailForAWhileAsync()
        {
            using var fault = add();
            await PassAsync(2);
        }
    }

    private static Task PassAsync(int seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, TestContext.Current.CancellationToken);
}
