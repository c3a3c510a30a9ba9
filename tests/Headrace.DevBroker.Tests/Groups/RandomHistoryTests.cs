using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Headrace.Broker.Groups;
using Headrace.Broker.Wire;

namespace Headrace.Broker.Tests.Groups;

/// <summary>Whatever members do, and however late: those of one generation agree, and a group whose members behave comes to rest.</summary>
public sealed class RandomHistoryTests
{
    private const int Clients = 5;

    [Fact]
    public void In_every_history_the_members_of_a_generation_agree_on_it()
    {
        var step = Gen.Choose(0, 9).SelectMany(kind => Gen.Choose(0, Clients - 1).SelectMany(client => Gen.Choose(1, 12).Select(amount => new Step(kind, client, amount))));
        var histories = step.ListOf().ToArbitrary();
        var config = Config.QuickThrowOnFailure.WithStartSize(20).WithEndSize(150);
        config = Environment.GetEnvironmentVariable("HEADRACE_TEST_LONG") is null ? config.WithMaxTest(200).WithReplay(20_101_201, 41) : config.WithMaxTest(10_000);
        Prop.ForAll(histories, history => Run([.. history])).Check(config);
    }

    private static bool Run(IReadOnlyList<Step> history)
    {
        using var group = new GroupUnderTest(new GroupSettings { InitialRebalanceDelay = TimeSpan.FromSeconds(history.Count % 3) });
        var chronicle = new Chronicle();
        var clients = Enumerable.Range(0, Clients).Select(i => new SimulatedClient(group, chronicle, i % 2 == 0 ? $"seat-{i}" : null)).ToList();
        foreach (var step in history)
        {
            Apply(step, clients[step.Client], group);
            clients.ForEach(client => client.TakeAnswers());
        }

        // From here on everybody behaves. After the longest timeouts nothing of the past can hold a round up.
        for (var waited = 0; waited < 150; waited++)
        {
            clients.ForEach(client => client.Behave());
            group.Advance(1);
        }

        var living = clients.Where(client => client.IsAlive).ToList();
        Assert.All(living, client => Assert.True(client.IsAtRest, $"{client} is not at rest after {string.Join(" ", history)}"));
        var members = group.Coordinator.Describe(GroupUnderTest.Name)?.Members ?? [];
        Assert.Equal(living.Select(client => client.MemberId).Order(), members.Select(member => member.Id).Order());
        Assert.True(living.Select(client => client.Generation).Distinct().Count() <= 1);
        return true;
    }

    private static void Apply(Step step, SimulatedClient client, GroupUnderTest group)
    {
        switch (step.Kind)
        {
            case 0 or 1 or 2:
                client.Join(changed: step.Amount == 1);
                break;
            case 3 or 4 or 5:
                client.Sync();
                break;
            case 6:
                client.Heartbeat();
                break;
            case 7:
                client.Leave();
                break;
            case 8:
                client.Crash();
                break;
            default:
                group.Advance(step.Amount);
                break;
        }
    }

    private readonly record struct Step(int Kind, int Client, int Amount)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind}:{Client}:{Amount}");
    }

    /// <summary>All that clients were ever told, by generation.</summary>
    private sealed class Chronicle
    {
        private readonly Dictionary<int, string?> _protocols = [];
        private readonly Dictionary<int, HashSet<string>> _members = [];
        private readonly Dictionary<int, string> _assigners = [];
        private readonly Dictionary<(int Generation, string Seat), string> _shares = [];

        public void Joined(JoinAnswer answer, string seat)
        {
            Assert.Equal(answer.Protocol, _protocols.TryGetValue(answer.Generation, out var protocol) ? protocol : _protocols[answer.Generation] = answer.Protocol);
            if (answer.Leader == answer.MemberId && !answer.SkipAssignment)
            {
                Assert.Contains(answer.Members, member => member.MemberId == answer.MemberId);
                Assert.Equal(seat, _assigners.TryGetValue(answer.Generation, out var assigner) ? assigner : _assigners[answer.Generation] = seat);
                _members[answer.Generation] = [.. answer.Members.Select(member => member.InstanceId ?? member.MemberId)];
            }
            else if (_members.TryGetValue(answer.Generation, out var members))
            {
                Assert.Contains(seat, members);
            }
        }

        public void Assigned(int generation, string seat, string share) =>
            Assert.Equal(share, _shares.TryGetValue((generation, seat), out var before) ? before : _shares[(generation, seat)] = share);
    }

    /// <summary>A client that follows the protocol when it is told to behave, and does single steps of it when it is not.</summary>
    private sealed class SimulatedClient(GroupUnderTest group, Chronicle chronicle, string? instance)
    {
        private JoinAnswer _last = new();
        private Task<JoinAnswer>? _joining;
        private Task<SyncAnswer>? _syncing;
        private string _metadata = "";
        private int _attempts;

        public bool IsAlive { get; private set; }

        public bool IsAtRest { get; private set; }

        public string MemberId { get; private set; } = "";

        public int Generation => _last.Generation;

        private bool Waits => _joining is not null || _syncing is not null;

        public void Join(bool changed)
        {
            if (Waits)
            {
                return;
            }

            IsAlive = true;
            IsAtRest = false;
            _metadata = changed ? _metadata + "+" : _metadata;
            _joining = group.Join(GroupUnderTest.Call(MemberId, instance, GroupUnderTest.Protocol("range", _metadata)) with { RequiresKnownId = true });
        }

        public void Sync()
        {
            if (Waits || !IsAlive || _last.Generation < 0)
            {
                return;
            }

            // Another attempt of the same leader would assign otherwise; only one may count.
            _attempts++;
            var leads = _last.Leader == MemberId && !_last.SkipAssignment;
            _syncing = group.Sync(_last, leads ? [.. _last.Members.Select((member, i) => (member.MemberId, $"{_attempts}/{i}"))] : []);
        }

        public void Heartbeat()
        {
            if (!Waits && IsAlive && _last.Generation >= 0)
            {
                Heed(group.Heartbeat(_last, instance));
            }
        }

        public void Leave()
        {
            if (MemberId.Length > 0)
            {
                group.Leave(MemberId, instance);
            }

            Crash();
        }

        /// <summary>The process is gone. Nobody reads what is still answered to it.</summary>
        public void Crash()
        {
            (IsAlive, IsAtRest, MemberId, _last, _joining, _syncing) = (false, false, "", new JoinAnswer(), null, null);
        }

        public void Behave()
        {
            // Until nothing more happens without time or the others.
            for (var i = 0; i < 6; i++)
            {
                TakeAnswers();
                if (!IsAlive || Waits)
                {
                    return;
                }

                if (_last.Generation < 0)
                {
                    Join(changed: false);
                }
                else if (!IsAtRest)
                {
                    Sync();
                }
                else
                {
                    Heartbeat();
                    if (IsAtRest)
                    {
                        return;
                    }
                }
            }
        }

        public void TakeAnswers()
        {
            if (_joining is { IsCompleted: true } joined)
            {
                _joining = null;
                TakeJoin(GroupUnderTest.Answer(joined));
            }

            if (_syncing is { IsCompleted: true } synced)
            {
                _syncing = null;
                var answer = GroupUnderTest.Answer(synced);
                if (answer.Error == ErrorCode.None)
                {
                    IsAtRest = true;
                    chronicle.Assigned(_last.Generation, instance ?? MemberId, GroupUnderTest.Text(answer));
                }

                Heed(answer.Error);
            }
        }

        public override string ToString() => $"{instance ?? "dynamic"} {MemberId} in generation {Generation}";

        private void TakeJoin(JoinAnswer answer)
        {
            if (answer.Error == ErrorCode.None)
            {
                _last = answer;
                MemberId = answer.MemberId;
                chronicle.Joined(answer, instance ?? MemberId);
            }
            else if (answer.Error == ErrorCode.MemberIdRequired)
            {
                MemberId = answer.MemberId;
            }

            Heed(answer.Error);
        }

        private void Heed(ErrorCode error)
        {
            switch (error)
            {
                case ErrorCode.None or ErrorCode.MemberIdRequired:
                    return;
                case ErrorCode.RebalanceInProgress:
                    _last = new JoinAnswer();
                    break;
                case ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration:
                    (_last, MemberId) = (new JoinAnswer(), "");
                    break;
                default:
                    Assert.Fail($"{this} was answered {error}.");
                    break;
            }

            IsAtRest = false;
        }
    }
}
